//! Which of several can be served by which of several others, each by one of its own (Kuhn 1955).

/// Serves one more on the left, moving those already served where that makes room; `owners` says who of the left holds
/// each of the right. Those who were served stay so. False where there is no way, and then nothing has changed.
pub(super) fn augment(
    left: usize,
    meets: &impl Fn(usize, usize) -> bool,
    owners: &mut [Option<usize>],
) -> bool {
    let mut seen = vec![false; owners.len()];
    place(left, meets, owners, &mut seen)
}

fn place(
    left: usize,
    meets: &impl Fn(usize, usize) -> bool,
    owners: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for right in 0..owners.len() {
        if seen[right] || !meets(left, right) {
            continue;
        }
        seen[right] = true;
        let free = match owners[right] {
            None => true,
            Some(other) => place(other, meets, owners, seen),
        };
        if free {
            owners[right] = Some(left);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_served_moves_to_make_room_and_stays_served() {
        let masks = [0b011_u32, 0b001, 0b010, 0b110];
        let meets = |left: usize, right: usize| masks[left] & (1 << right) != 0;
        let mut owners = [None; 3];
        let served: Vec<bool> = (0..4)
            .map(|left| augment(left, &meets, &mut owners))
            .collect();
        assert_eq!(served, [true, true, false, true]);
        assert_eq!(owners, [Some(1), Some(0), Some(3)]);
    }
}
