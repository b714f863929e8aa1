//! A small site with visitors of known habits, and faults that can be planted in it one by one.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::world::{Event, World, custom, page};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    /// On /pay/2 a script fails on Safari, and four of five cannot go on.
    pub(crate) script: bool,
    /// /list leads to a page that is not there.
    pub(crate) missing: bool,
    /// On /list a button does not answer.
    pub(crate) button: bool,
    /// /pay/1 comes late for most, of whom a third does not wait.
    pub(crate) slow: bool,
    /// On /pay/2 six of ten give up.
    pub(crate) screen: bool,
    /// Nobody finds "lid".
    pub(crate) search: bool,
    /// A link of /list leads to a page without the snippet.
    pub(crate) untold: bool,
    /// /list sends people astray.
    pub(crate) astray: bool,
    /// Nothing is told on the afternoon of the eighth day.
    pub(crate) silence: bool,
    /// Visitors on phones do not get past /pay/3.
    pub(crate) phones: bool,
}

pub(crate) const VISITORS: u32 = 6_000;
const DAYS: f64 = 14.0;
const DAY: f64 = 86_400.0;
const BUTTON: u64 = 5;
const LINK: u64 = 6;
const ERROR: i8 = 8;
const DEAD: i8 = 5;
const CLICK: i8 = 2;
const SEARCH: i8 = 17;

struct Walk<'a> {
    who: String,
    at: f64,
    phone: bool,
    browser: &'static str,
    luck: &'a mut StdRng,
    events: Vec<Event>,
    late: Vec<(u64, f64)>,
}

impl Walk<'_> {
    fn tell(&mut self, event: Event) {
        let (device, browser) = (if self.phone { "mobile" } else { "desktop" }, self.browser);
        self.events.push(event.with(|event| {
            event.device = device.into();
            event.browser = browser.into();
        }));
    }

    /// Shows a page after a while.
    fn show(&mut self, path: &str) {
        self.at += self.luck.random_range(5.0..90.0);
        let shown = page(&self.who, self.at, path);
        self.tell(shown);
    }

    fn by_chance(&mut self, share: f64) -> bool {
        self.luck.random_bool(share)
    }

    /// Something that happened on a page.
    fn met(&mut self, path: &str, kind: i8, element: u64, detail: &str) {
        let met = page(&self.who, self.at + 1.0, path).with(|event| {
            event.kind = kind;
            event.element = element;
            event.detail = detail.into();
        });
        self.tell(met);
    }

    fn walk(&mut self, faults: Faults) {
        self.show("/");
        if self.by_chance(0.1) {
            let term = ["mug", "bowl", "lid"][self.luck.random_range(0..3)];
            self.show("/find");
            self.events.last_mut().unwrap().seq = 1;
            self.at -= 1.0;
            self.met("/find", SEARCH, 0, term);
            self.at += 1.0;
            self.events.last_mut().unwrap().time = self.events[self.events.len() - 2].time;
            if self.by_chance(if faults.search && term == "lid" {
                0.95
            } else {
                0.15
            }) {
                return;
            }
        } else if self.by_chance(0.35) {
            return;
        }
        self.show("/list");
        // Some people do not find the way, on every site.
        if self.by_chance(if faults.astray { 0.3 } else { 0.01 }) {
            for child in 0..3 {
                self.at += 3.0;
                let shown = page(&self.who, self.at, &format!("/info{child}"));
                self.tell(shown);
                self.at += 3.0;
                let shown = page(&self.who, self.at, "/list");
                self.tell(shown);
            }
            if self.by_chance(0.8) {
                return;
            }
        }
        if self.by_chance(0.15) {
            self.met("/list", CLICK, BUTTON, "");
            // Now and then the tracker does not see the answer.
            if faults.button || self.by_chance(0.02) {
                self.met("/list", DEAD, BUTTON, "");
                if faults.button && self.by_chance(0.6) {
                    return;
                }
            }
        }
        if faults.untold && self.by_chance(0.05) {
            self.met("/list", CLICK, LINK, "");
            return;
        }
        if faults.missing && self.by_chance(0.12) {
            self.show("/gone");
            self.events.last_mut().unwrap().amount = 404;
            self.events.last_mut().unwrap().referrer_host = "shop.example".into();
            self.events.last_mut().unwrap().referrer_path = "/list".into();
            if self.by_chance(0.7) {
                return;
            }
        }
        if self.by_chance(0.45) {
            return;
        }
        for screen in ["/pay/1", "/pay/2", "/pay/3"] {
            self.show(screen);
            let is_late =
                screen == "/pay/1" && self.by_chance(if faults.slow { 0.6 } else { 0.08 });
            if is_late {
                let pageview = self.luck.random();
                self.events.last_mut().unwrap().pageview = pageview;
                self.late.push((pageview, self.at));
            }
            let fails = faults.script && screen == "/pay/2" && self.browser == "Safari";
            if fails || self.by_chance(0.004) {
                self.met(screen, ERROR, 0, "TypeError: total is undefined");
            }
            let leaves = 0.08
                + if self.phone { 0.03 } else { 0.0 }
                + if fails { 0.8 } else { 0.0 }
                + if faults.screen && screen == "/pay/2" {
                    0.5
                } else {
                    0.0
                }
                + if faults.phones && self.phone && screen == "/pay/3" {
                    0.6
                } else {
                    0.0
                }
                + if faults.slow && is_late { 0.33 } else { 0.0 };
            if self.by_chance(leaves) {
                return;
            }
        }
        let bought = custom(&self.who, self.at + 20.0, "purchase").with(|event| {
            event.path = "/pay/3".into();
            event.value = Some(20.0);
            event.currency = "EUR".into();
        });
        self.tell(bought);
    }
}

/// The site, with so many visitors; another seed gives others.
pub(crate) async fn site(faults: Faults, visitors: u32, seed: u64) -> World {
    let mut luck = StdRng::seed_from_u64(seed);
    let mut events = Vec::new();
    let mut late = Vec::new();
    for number in 0..visitors {
        let mut at: f64 = luck.random_range(0.0..DAYS * DAY);
        // Nights are quiet.
        if at % DAY < 6.0 * 3_600.0 && luck.random_bool(0.7) {
            at += 8.0 * 3_600.0;
        }
        if faults.silence && (7.0 * DAY + 20_000.0..7.0 * DAY + 50_000.0).contains(&at) {
            continue;
        }
        let (phone, browser) = (
            luck.random_bool(0.5),
            ["Chrome", "Chrome", "Safari", "Firefox"][luck.random_range(0..4)],
        );
        let mut walk = Walk {
            who: number.to_string(),
            at,
            phone,
            browser,
            luck: &mut luck,
            events: Vec::new(),
            late: Vec::new(),
        };
        walk.walk(faults);
        let device = if phone { "mobile" } else { "desktop" };
        late.extend(
            walk.late
                .iter()
                .map(|(pageview, at)| (number, *pageview, *at, device)),
        );
        events.extend(walk.events);
    }
    let world = World::of(&events).await;
    let client = world.store.client();
    let late: Vec<String> = late
        .iter()
        .map(|(number, pageview, at, device)| {
            let visitor = crate::world::visitor(&number.to_string());
            let time = crate::world::ORIGIN_MS + (at * 1000.0) as i64;
            format!(
                "('shop', fromUnixTimestamp64Milli({time}, 'UTC'), {visitor}, {pageview}, 'shop.example', '/pay/1', '{device}', 6000)"
            )
        })
        .collect();
    if !late.is_empty() {
        let sql = format!(
            "INSERT INTO attention (site, time, visitor, pageview, host, path, device, lcp_ms) VALUES {}",
            late.join(", ")
        );
        client.query(&sql).execute().await.unwrap();
    }
    let sql = "INSERT INTO elements (site, element, selector, tag, text, href) VALUES \
               ('shop', 5, '#filter', 'button', 'Filter', ''), ('shop', 6, '#guide', 'a', 'Guide', '/guide'), \
               ('shop', 7, '#gone', 'a', 'Care', '/gone')";
    client.query(sql).execute().await.unwrap();
    snag_sessions::catch_up(&world.store).await.unwrap();
    world
}
