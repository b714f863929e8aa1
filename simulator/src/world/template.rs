//! From a family to one site of it: sets of names are drawn, what stands for each of a set is written out, and ranges
//! become numbers.
//!
//! Invariant: the same text and seed give the same site. A text without sets and ranges stays as it is.

use std::collections::BTreeMap;
use std::path::Path;

use rand::seq::SliceRandom as _;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use toml::{Table, Value};

use crate::Error;

/// Kinds of sites with their descriptions.
pub const FAMILIES: [(&str, &str); 8] = [
    ("shop", include_str!("../../families/shop.toml")),
    ("saas", include_str!("../../families/saas.toml")),
    ("magazine", include_str!("../../families/magazine.toml")),
    ("docs", include_str!("../../families/docs.toml")),
    ("agency", include_str!("../../families/agency.toml")),
    ("travel", include_str!("../../families/travel.toml")),
    ("news", include_str!("../../families/news.toml")),
    ("charity", include_str!("../../families/charity.toml")),
];
const PEOPLE: &str = include_str!("../../families/people.toml");

/// Names that are bound: as in addresses, and as people write them.
type Bound = BTreeMap<String, String>;

/// Draws one site.
pub(super) fn draw(text: &str, path: &Path, seed: u64) -> Result<Table, Error> {
    let parse = |text: &str| {
        text.parse::<Table>().map_err(|source| Error::Toml {
            path: path.to_owned(),
            source: Box::new(source),
        })
    };
    let mut world = parse(text)?;
    for (key, value) in parse(PEOPLE)? {
        world.entry(key).or_insert(value);
    }
    let mut drawing = Drawing {
        rng: ChaCha8Rng::seed_from_u64(seed),
        sets: BTreeMap::new(),
    };
    let mut bound = Bound::new();
    bound.insert("seed".to_owned(), seed.to_string());
    if let Some(sets) = world.remove("sets") {
        drawing.sets(&sets, &mut bound)?;
    }
    match drawing.expand(Value::Table(world), &bound)? {
        Value::Table(world) => Ok(world),
        _ => Ok(Table::new()),
    }
}

struct Drawing {
    rng: ChaCha8Rng,
    sets: BTreeMap<String, Vec<String>>,
}

impl Drawing {
    /// Draws the names; one of a kind is bound everywhere.
    fn sets(&mut self, sets: &Value, bound: &mut Bound) -> Result<(), Error> {
        let wrong = |name: &str| Error::Habits {
            place: format!("sets.{name}"),
            problem: "is no set".to_owned(),
            mend: "write it as { count = \"3..6\", names = [\"Tide mug\", …] }, with names enough"
                .to_owned(),
        };
        let sets = sets.as_table().ok_or_else(|| wrong(""))?;
        for (name, set) in sets {
            let names = set.get("names").and_then(Value::as_array);
            let names = names.ok_or_else(|| wrong(name))?.iter();
            let mut names: Vec<String> = names
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect();
            let count = set.get("count").ok_or_else(|| wrong(name))?.clone();
            let count = match self.expand(count, &Bound::new())? {
                Value::Integer(count) => usize::try_from(count).ok(),
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count is small, and compared below"
                )]
                Value::Float(count) => Some(count.round() as usize),
                _ => None,
            };
            let count = count
                .filter(|count| (1..=names.len()).contains(count))
                .ok_or_else(|| wrong(name))?;
            names.shuffle(&mut self.rng);
            names.truncate(count);
            if let [only] = &names[..] {
                bind(bound, name, only);
            }
            self.sets.insert(name.clone(), names);
        }
        Ok(())
    }

    fn expand(&mut self, value: Value, bound: &Bound) -> Result<Value, Error> {
        Ok(match value {
            Value::String(text) => match range(&text) {
                Some((low, high)) => Value::Float(self.between(low, high)),
                None => Value::String(named(text, bound)),
            },
            Value::Array(items) => {
                let mut all = Vec::new();
                for item in items {
                    self.each(item, bound, &mut all)?;
                }
                Value::Array(all)
            }
            Value::Table(entries) => {
                let mut all = Table::new();
                for (key, value) in entries {
                    all.insert(named(key, bound), self.expand(value, bound)?);
                }
                Value::Table(all)
            }
            other => other,
        })
    }

    /// An item of a list, once, or once for each name of its set.
    fn each(&mut self, item: Value, bound: &Bound, all: &mut Vec<Value>) -> Result<(), Error> {
        let set = item.get("each").and_then(Value::as_str).map(str::to_owned);
        let (Some(set), Value::Table(mut item)) = (set, item.clone()) else {
            all.push(self.expand(item, bound)?);
            return Ok(());
        };
        item.remove("each");
        let names = self.sets.get(&set).cloned().ok_or_else(|| Error::Habits {
            place: format!("each = {set:?}"),
            problem: "there is no such set".to_owned(),
            mend: "describe it in [sets]".to_owned(),
        })?;
        for name in names {
            let mut inner = bound.clone();
            bind(&mut inner, &set, &name);
            all.push(self.expand(Value::Table(item.clone()), &inner)?);
        }
        Ok(())
    }

    /// To four digits: nothing is known more exactly, and what is written can be read.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        let drawn = self.rng.random_range(low..=high);
        let unit = 10_f64.powi(3 - drawn.abs().max(1e-9).log10().floor() as i32);
        (drawn * unit).round() / unit
    }
}

/// `"0.2..0.4"`.
fn range(text: &str) -> Option<(f64, f64)> {
    let (low, high) = text.split_once("..")?;
    let (low, high): (f64, f64) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    (low <= high && high.is_finite()).then_some((low, high))
}

fn bind(bound: &mut Bound, set: &str, name: &str) {
    let slug: String = name
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let mut letters = set.chars();
    let title: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    bound.insert(set.to_owned(), slug);
    bound.insert(title, name.to_owned());
}

fn named(mut text: String, bound: &Bound) -> String {
    if text.contains('{') {
        for (name, with) in bound {
            text = text.replace(&format!("{{{name}}}"), with);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, seed: u64) -> Table {
        draw(text, Path::new("test"), seed).unwrap()
    }

    const TEXT: &str = "title = \"{Brand} {brand} {128..141}\"\nrate = \"0.2..0.4\"\nviewport = [390, 664]\n\
        [sets]\nbrand = { count = 1, names = [\"Blue Heron\"] }\npot = { count = 2, names = [\"Tide mug\", \"Jug\", \"Bowl\"] }\n\
        [[pages]]\neach = \"pot\"\npath = \"/pot/{pot}\"\ntitle = \"{Pot}\"\nload = \"1..9\"\n[[pages]]\npath = \"/\"\n";

    #[test]
    fn names_are_drawn_and_written_out_and_ranges_become_numbers() {
        let world = drawn(TEXT, 3);
        assert_eq!(
            world["title"].as_str(),
            Some("Blue Heron blue-heron {128..141}")
        );
        assert!((0.2..=0.4).contains(&world["rate"].as_float().unwrap()));
        assert_eq!(world["viewport"].as_array().unwrap().len(), 2);
        let pages = world["pages"].as_array().unwrap();
        assert_eq!(pages.len(), 3);
        assert_ne!(pages[0]["load"], pages[1]["load"], "each draws its own");
        let title = pages[0]["title"].as_str().unwrap();
        let slug = title.to_lowercase().replace(' ', "-");
        assert_eq!(pages[0]["path"].as_str(), Some(&*format!("/pot/{slug}")));
        assert!(world.contains_key("devices"), "people are as everywhere");
    }

    #[test]
    fn a_seed_gives_one_site_and_another_seed_another() {
        assert_eq!(drawn(TEXT, 3), drawn(TEXT, 3));
        assert_ne!(drawn(TEXT, 3), drawn(TEXT, 4));
    }

    #[test]
    fn a_set_that_is_none_is_refused_with_its_name() {
        for (from, to, word) in [
            ("count = 2", "count = 4", "sets.pot"),
            ("each = \"pot\"", "each = \"pan\"", "pan"),
            ("names = [\"Blue Heron\"]", "name = 3", "sets.brand"),
        ] {
            let error = draw(&TEXT.replace(from, to), Path::new("test"), 1).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
