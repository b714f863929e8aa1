//! Real visitors in a real browser: every page they see and every click they make is a row, with and without wasm.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::{Serving, ask, place, root, run, visitors, wait_for};

const MISSING: &str = "run `make setup`: this test needs Node.js, the npm packages and Chromium";

/// The shop, served until dropped.
struct Shop {
    child: Child,
    url: String,
}

impl Shop {
    fn start(collector: &str, more: &[&str]) -> Self {
        let mut child = Command::new("node")
            .args([
                "examples/site/serve.mjs",
                "--port",
                "0",
                "--site",
                "shop",
                "--collector",
                collector,
            ])
            .args(more)
            .current_dir(root())
            .stdout(Stdio::piped())
            .spawn()
            .expect(MISSING);
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout"))
            .read_line(&mut line)
            .expect("an address");
        let start = line.find("http://").expect("an address");
        let end = line[start..]
            .find('"')
            .map_or(line.trim_end().len(), |end| start + end);
        Self {
            child,
            url: line[start..end].trim_end_matches('/').to_owned(),
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends visitors through the shop; gives what they truly did.
fn visit(shop: &Shop, directory: &Path, visitors: u32) -> Value {
    let truth = directory.join("truth.json");
    let status = Command::new("node")
        .args([
            "examples/visitors/visit.mjs",
            "--shop",
            &shop.url,
            "--seed",
            "11",
            "--together",
            "2",
        ])
        .args(["--visitors", &visitors.to_string()])
        .arg("--truth")
        .arg(&truth)
        .current_dir(root())
        .status()
        .expect(MISSING);
    assert!(
        status.success(),
        "the visitors did not get through; {MISSING}"
    );
    serde_json::from_slice(&std::fs::read(truth).expect("the truth")).expect("JSON")
}

async fn everything_they_did_is_stored(shop_flags: &[&str]) {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let shop = Shop::start(&serving.url, shop_flags);
    let truth = tokio::task::block_in_place(|| visit(&shop, place.path(), 6));

    let pageviews = truth["pageviews"].as_u64().expect("pageviews");
    assert!(
        pageviews > 20,
        "visitors who saw {pageviews} pages prove little"
    );
    wait_for(
        &data,
        "SELECT count() FROM events WHERE kind = 'pageview' AND bot = ''",
        pageviews,
    )
    .await;
    assert_eq!(ask(&data, "SELECT uniqExact(visitor) FROM events").await, 6);

    let clicks = truth["clicks"].as_object().expect("clicks");
    assert!(clicks.len() >= 5, "{clicks:?}");
    for (selector, wanted) in clicks {
        let quoted = selector.replace('\\', "\\\\").replace('\'', "\\'");
        let sql = format!(
            "SELECT uniqExact(visitor) FROM events WHERE kind = 'click' AND element IN \
             (SELECT element FROM elements WHERE selector = '{quoted}')"
        );
        wait_for(&data, &sql, wanted.as_u64().expect("a count")).await;
    }

    let mut funnel = vec!["funnel", "--site", "shop", "--format", "json"];
    let steps = truth["funnel"]["steps"].as_array().expect("steps");
    for step in steps {
        funnel.extend(["--step", step.as_str().expect("a step")]);
    }
    let report = run(&data, &funnel).json();
    let wanted: Vec<u64> = truth["funnel"]["visitors"]
        .as_array()
        .expect("counts")
        .iter()
        .map(|n| n.as_u64().expect("count"))
        .collect();
    assert_eq!(visitors(&report), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_click_of_real_visitors_is_stored() {
    everything_they_did_is_stored(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_forbids_wasm_still_tells_every_page_and_click() {
    everything_they_did_is_stored(&["--csp"]).await;
}
