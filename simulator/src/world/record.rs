//! What the tracker tells of a visit: of each pageview a batch at once and one when it is left, as pages write them.
//!
//! Invariant: it follows from the visit alone; whatever is clicked was seen. The layout is that of `beacon/README.md`.

use std::fmt::Write as _;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use snag_beacon::kind::{ATTENTION, EXPOSURE, SIGNAL, SPEED, signal};

use super::World;
use super::luck::{For, chances, lasting, milliseconds};
use super::sheet::{Sheet, quoted};
use super::site::Site;
use super::told::{PATTERN, Told, whole};
use super::walk::{Act, Submitted, View, Visit};

/// Milliseconds from a load to its pageview's batch.
const AT_ONCE: u64 = 60;
/// Who leaves before so many milliseconds sends no inventory of the page.
const INVENTORY: u64 = 2000;
/// CSS pixels of a screen.
const SCREEN: f64 = 800.0;
/// Milliseconds from a click to the error it makes.
const ERROR_AFTER: u64 = 40;

/// A batch of a page.
pub(super) struct Sent<'a> {
    /// When it was sent, in milliseconds since the visit began.
    pub(super) at: u64,
    /// When its page was loaded.
    pub(super) loaded: u64,
    /// The body up to the milliseconds since the load, and from there on.
    pub(super) body: (&'a str, &'a str),
}

/// Writes visits down.
pub(super) struct Recorder<'a> {
    world: &'a World,
    seed: u64,
    sheets: Vec<Sheet>,
    origin: String,
    head: String,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(site: &Site<'a>, seed: u64) -> Self {
        let world = site.world;
        Self {
            world,
            seed,
            sheets: site
                .pages
                .iter()
                .map(|place| Sheet::new(world, place))
                .collect(),
            origin: world.origin.origin().ascii_serialization(),
            head: format!(r#"{{"v":2,"s":{},"p":"#, quoted(&world.site)),
        }
    }

    /// Gives each batch of the visit of this number, in order.
    pub(super) fn tell(&self, number: u64, visit: &Visit, mut each: impl FnMut(Sent<'_>)) {
        let source = &self.world.sources[visit.source];
        let (width, height) = self.world.devices[visit.who.device].viewport;
        let mut sight = chances(&self.world.family, self.seed, For::Sight(number));
        let mut referrer = source.referrer.clone();
        let (mut before, mut after) = (String::new(), String::new());
        for (index, view) in visit.views.iter().enumerate() {
            let url = self.url(view, if index == 0 { &source.query } else { "" });
            // Odd, so that no two loads of a run come to the same number.
            let load = (number as u32).wrapping_mul(32).wrapping_add(index as u32);
            let load = load.wrapping_mul(0x9E37_79B1) | u32::from(load == 0);
            before.clear();
            let _ = write!(before, r#"{}{load},"t":"#, self.head);
            let shared = format!(r#","w":[{width},{height}],"u":{},"n":0,"#, quoted(&url));
            after.clear();
            after.push_str(&shared);
            let (title, status) = match view.page {
                Some(page) => (&*self.sheets[page].title, 200),
                None => ("\"Page not found\"", 404),
            };
            let _ = write!(
                after,
                r#""r":[[1,0,{},{title},{status},{}]]}}"#,
                quoted(&referrer),
                u8::from(view.back)
            );
            each(Sent {
                at: view.at + AT_ONCE,
                loaded: view.at,
                body: (&before, &after),
            });
            if let Some(page) = view.page {
                after.clear();
                after.push_str(&shared);
                self.leave(&mut after, page, view, &mut sight);
                each(Sent {
                    at: view.at + view.stay,
                    loaded: view.at,
                    body: (&before, &after),
                });
            }
            referrer = url;
        }
    }

    fn url(&self, view: &View, query: &str) -> String {
        let path = view
            .page
            .map_or(&*view.missing, |page| &self.world.pages[page].path);
        let mut url = format!("{}{path}", self.origin);
        let search = self.world.search.as_ref();
        match view.term.zip(search) {
            Some((term, search)) => {
                let term = search.terms[term].replace(' ', "+");
                let _ = write!(url, "?q={term}");
            }
            None if !query.is_empty() => {
                let _ = write!(url, "?{query}");
            }
            None => {}
        }
        url
    }

    /// What is told when a page is left.
    fn leave(&self, out: &mut String, page: usize, view: &View, sight: &mut ChaCha8Rng) {
        let sheet = &self.sheets[page];
        let mut told = Told::default();
        for (at, act) in &view.acts {
            let element = element(sheet, view, *act);
            // Elements have no width; a point of one's own for each, a bit beside it each time.
            let x = 40 + u64::from(element.unsigned_abs()) * 37 % 240 + sight.random_range(0..60);
            let y = milliseconds(sheet.at(element) * SCREEN) + sight.random_range(0..24);
            self.act(&mut told, sheet, page, (*at, *act), element, (x, y));
        }
        if let Some(event) = &self.world.pages[page].event {
            let value = event.value.map(|value| {
                let spent = lasting(sight, value, 0.4);
                (spent * 100.0).round() / 100.0
            });
            let given = serde_json::json!({"value": value, "currency": event.currency});
            let _ = write!(
                told.records,
                "[3,{AT_ONCE},{},{}],",
                quoted(&event.name),
                quoted(&given.to_string())
            );
        }
        let load = view.load.min(view.stay);
        let (first, byte) = (load * 6 / 10, load * 3 / 10);
        let _ = write!(
            told.records,
            "[{SPEED},{load},0,{load}],[{SPEED},{first},1,{first}],[{SPEED},{load},2,0,{},{byte}],",
            load * 12 / 10
        );
        self.attention(&mut told, page, view, sight);
        told.fields(sheet, view);
        out.push_str("\"e\":[");
        if view.stay >= INVENTORY {
            for (number, item) in sheet.items(view) {
                out.push_str(&item.json);
                out.push(',');
                // What is on the screen for a part of the stay only, the less the lower it stands.
                let part = 0.3 + 0.6 * sight.random::<f64>();
                let visible = match item.at <= view.depth {
                    true => milliseconds(view.stay as f64 * part / (1.0 + item.at)),
                    false => 0,
                };
                let visible = visible.max(if told.clicked.contains(&number) {
                    1000
                } else {
                    0
                });
                told.row(&[
                    EXPOSURE,
                    whole(view.stay),
                    number,
                    whole(visible),
                    i32::from(visible >= 1000),
                ]);
            }
        }
        for json in &sheet.form {
            out.push_str(json);
            out.push(',');
        }
        if out.ends_with(',') {
            out.pop();
        }
        told.records.pop();
        told.numbers.pop();
        let _ = write!(out, r#"],"r":[{}],"c":[{}]}}"#, told.records, told.numbers);
    }

    fn act(
        &self,
        told: &mut Told,
        sheet: &Sheet,
        page: usize,
        (at, act): (u64, Act),
        element: i32,
        (x, y): (u64, u64),
    ) {
        let times = match act {
            Act::Control(_, times) => times,
            _ => 1,
        };
        for time in 0..u64::from(times) {
            let at = at + time * 250;
            let _ = write!(told.records, "[2,{at},{element},{x},{y},30,12,90,36],");
        }
        told.clicked.push(element);
        match act {
            Act::Dead(_) => told.signal(signal::DEAD, at, element, (x, y), 0),
            Act::Control(_, times) if times > 1 => {
                told.signal(signal::RAGE, at, element, (x, y), times.into());
            }
            Act::Submit(Submitted::Failed(number)) => {
                let form = self.world.pages[page].form.as_ref();
                let message = form.map_or("", |form| &form.failures[number].message);
                if message.is_empty() {
                    told.signal(signal::DEAD, at, element, (x, y), 0);
                } else {
                    told.signal(signal::ERROR_CLICK, at, element, (x, y), ERROR_AFTER);
                    let _ = write!(
                        told.records,
                        "[{SIGNAL},{},{},0,41,{},\"/assets/form.js\"],",
                        at + ERROR_AFTER,
                        signal::ERROR,
                        quoted(message)
                    );
                }
            }
            Act::Submit(Submitted::Refused(_)) => {
                let _ = write!(
                    told.records,
                    "[{SIGNAL},{at},{},{},{PATTERN}],",
                    signal::FORM_FAIL,
                    sheet.form_number
                );
            }
            Act::Submit(Submitted::Through) => {
                told.signal(signal::FORM_SUBMIT, at, sheet.form_number, (0, 0), 0);
            }
            _ => {}
        }
    }

    fn attention(&self, told: &mut Told, page: usize, view: &View, sight: &mut ChaCha8Rng) {
        let screens = self.world.pages[page].screens;
        let engaged = view.stay * 7 / 10;
        let depth = (view.depth / screens * 100.0).clamp(1.0, 100.0);
        let seen = ((depth / 10.0).ceil() as u64).clamp(1, 10);
        let mut row = [0; 16];
        row[..6].copy_from_slice(&[
            ATTENTION,
            whole(view.stay),
            whole(engaged),
            depth as i32,
            whole(milliseconds(lasting(sight, 90.0, 0.5))),
            // Millionths.
            whole(milliseconds(lasting(sight, 20_000.0, 0.8))),
        ]);
        row[6..6 + seen as usize].fill(whole(engaged / seen));
        told.row(&row);
    }
}

/// Number of the element that was clicked.
fn element(sheet: &Sheet, view: &View, act: Act) -> i32 {
    match act {
        Act::Link(number) => sheet.link(number),
        Act::Control(number, _) | Act::Dead(number) => sheet.control(number),
        Act::Ad(placement) => sheet.creative(placement, view.creatives[placement]),
        Act::Search => sheet.search,
        Act::Submit(_) => sheet.submit,
    }
}
