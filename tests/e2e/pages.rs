//! One page, from the batch that tells of it to the report and the drawing.

use serde_json::json;

use crate::harness::{CHROME, Serving, place, run, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_reported_and_drawn_from_what_its_batch_tells() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let batch = json!({
        "s": "shop", "p": 7, "t": 9000, "w": [1280, 720], "u": "https://shop.example/pay", "n": 0,
        "e": [
            { "i": -1, "p": "button[id=\"pay\"]", "t": "button", "x": "Pay & go", "b": [120, 640, 200, 50] },
            { "i": -2, "p": "a[href=\"/help\"]", "t": "a", "x": "Help", "href": "/help", "b": [20, 10, 60, 20] },
        ],
        // The pageview, and a click a quarter of the button's 200 pixels from its left and 45 of 50 from its top.
        "r": [[1, 10, "", "Pay", 200, 0], [2, 4000, -1, 170, 685, 50, 45, 200, 50]],
        // Both were on the page, the button was seen.
        "c": [8, 3000, -1, 1500, 1, 8, 3000, -2, 0, 0],
    });
    // By its beginning it is known.
    let body = batch.to_string().replacen('{', "{\"v\":2,", 1);
    let answer = reqwest::Client::new()
        .post(format!("{}/b", serving.url))
        .header("user-agent", CHROME)
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 204);
    wait_for(&data, "SELECT count() FROM exposures", 2).await;
    wait_for(&data, "SELECT count() FROM sessions FINAL", 1).await;

    let file = data.join("pay.svg");
    let name = file.to_string_lossy().into_owned();
    let asked = ["page", "--site", "shop", "--page", "/pay"];
    let drawn = run(&data, &[&asked[..], &["--svg", &name]].concat());
    assert_eq!(drawn.code, 0, "{drawn:?}");
    let drawing = std::fs::read_to_string(&file).expect("a drawing");
    assert!(
        drawing.contains("Pay &#38; go")
            && drawing.contains("x=\"120\" y=\"640\" width=\"200\" height=\"50\""),
        "{drawing}"
    );

    let told = run(&data, &[&asked[..], &["--format", "json"]].concat()).json();
    assert_eq!(
        [&told["views"], &told["visitors"], &told["clicks"]],
        [1, 1, 1]
    );
    let button = &told["elements"][0];
    assert_eq!(
        [&button["selector"], &button["exposed"], &button["clickers"]],
        [&json!("#pay"), &json!(1), &json!(1)]
    );
    let here = &button["devices"][0];
    assert_eq!(
        here["place"],
        json!({ "left": 120, "top": 640, "width": 200, "height": 50 })
    );
    assert_eq!(here["points"], json!([{ "x": 2, "y": 9, "clicks": 1 }]));
    assert_eq!(told["elements"][1]["exposed"], 0);

    // Of a page that nobody saw there is nothing, and what is drawn of it says why it is not.
    let none = run(&data, &["page", "--site", "shop", "--page", "/none"]);
    assert_eq!(none.code, 3, "{none:?}");
    let none = run(
        &data,
        &["page", "--site", "shop", "--page", "/none", "--svg", &name],
    );
    assert_eq!(none.code, 2, "{none:?}");
}
