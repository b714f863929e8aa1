//! Reads batches, one a line in hexadecimal, and prints each as its JSON twin, or why it is no batch.
//!
//! `xxd -p -c0 batch.bin | cargo run -q -p snag-beacon --example decode`
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::{self, BufRead};

use snag_beacon::{decode, mended, to_json};

fn bytes(line: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = line
        .trim()
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

fn main() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let body = bytes(&line?);
        match body.as_deref().map(mended).as_deref().map(decode) {
            Some(Ok(batch)) => println!("{}", to_json(&batch)),
            Some(Err(error)) => println!("error: {error}"),
            None => println!("error: not hexadecimal digits in pairs"),
        }
    }
    Ok(())
}
