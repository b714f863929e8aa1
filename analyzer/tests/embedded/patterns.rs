//! Steps and filters: which events they match on the engine, and that texts from outside stay texts.

use snag_analyzer::{Pattern, Step, Target};

use crate::world::{World, click, custom, filtered, page, request, visitors};

/// Signs that mean something to SQL, `LIKE`, the client's templates, the transport of parameters, or our own grammar.
const HOSTILE: [&str; 14] = [
    "it's",
    "a\"b",
    "back\\slash",
    "tab\tand\nline",
    "100%_",
    "what?",
    "{site:String}",
    "{{mask}}",
    "') OR 1=1 --",
    "a,b]c[d=e",
    "*",
    "$name",
    "ä€😀",
    "\\N",
];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// A regex for the text itself.
fn escaped(text: &str) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter.is_whitespace() => letter.to_string(),
        letter if letter.is_ascii() => format!("\\{letter}"),
        letter => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

#[tokio::test]
async fn texts_from_outside_stay_texts() {
    let mut events = Vec::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let who = number.to_string();
        events.push(custom(&who, 1.0, text));
        events.push(page(&who, 2.0, &format!("/{text}")));
        events.push(custom(&who, 3.0, "buy").prop(text, text));
        events.push(click(&who, 4.0, number as u64 + 1));
    }
    let world = World::of(&events).await;
    let elements: Vec<_> = (1..)
        .zip(HOSTILE)
        .map(|(number, text)| (number, text, "Pay", 0))
        .collect();
    world.add_elements(&elements).await;
    for text in HOSTILE {
        let steps = [
            format!("event:{}", quoted(text)),
            format!("page:{}", quoted(&format!("/{text}"))),
            format!(
                "event:buy[{}={}]",
                quoted(&format!("props.{text}")),
                quoted(text)
            ),
            format!("click:{}", quoted(text)),
        ];
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        // A lone star in a click means anything, and anything is what the others clicked; their first steps differ.
        assert_eq!(world.reached(&steps).await, [1, 1, 1, 1], "{text:?}");
        let asked = filtered(
            request(&["any:", "event:buy"]),
            &format!(
                "{}~{}",
                quoted(&format!("props.{text}")),
                quoted(&escaped(text))
            ),
        );
        assert_eq!(
            visitors(&world.funnel(&asked).await.unwrap()),
            [1, 0],
            "{text:?}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn stars_match_on_the_engine_what_they_match_here() {
    let paths = [
        "/", "/a", "/a/", "/a/b", "/a%b", "/a_b", "/axb", "/a\\b", "/a\nb", "/ab/ab", "/A/b",
        "/ä/b",
    ];
    let events: Vec<_> = paths.iter().map(|path| page(path, 1.0, path)).collect();
    let world = World::of(&events).await;
    for text in [
        "page:/*",
        "page:/a*",
        "page:*b",
        "page:/a%*",
        "page:/a_*",
        r"page:/a\\*",
        "page:/*b/*b",
        "page:*",
        "page:/ä*",
        "page:/a/*",
    ] {
        let step: Step = text.parse().unwrap();
        let Target::Path(pattern @ Pattern::Glob(_)) = &step.target else {
            panic!("{text} is no glob")
        };
        let expected = paths.iter().filter(|path| pattern.matches(path)).count() as u64;
        assert!(expected > 0, "{text} matches nothing");
        assert_eq!(
            world.reached(&[text, "event:never"]).await[0],
            expected,
            "{text}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn each_kind_of_step_matches_its_events() {
    let world = World::of(&[
        page("ann", 1.0, "/cart").with(|event| event.query = "step=2".into()),
        page("bob", 1.0, "/cart").with(|event| event.host = "other.example".into()),
        custom("cleo", 1.0, "pageview"),
        custom("dan", 1.0, "Signup").with(|event| event.path = "/cart".into()),
        click("eve", 1.0, 1),
        click("fay", 1.0, 2),
        click("gus", 1.0, 3).with(|event| event.path = "/cart".into()),
        // The element of another site that has the same number.
        click("hal", 1.0, 4),
    ])
    .await;
    // The latest words about an element win.
    world
        .add_elements(&[
            (1, "#pay", "Pay", 0),
            (2, "#pay", "Pay", 0),
            (2, "#pay", " Buy now ", 5),
            (3, "a[name=x]", "Next", 0),
        ])
        .await;
    let cases = [
        ("page:/cart", 2),
        ("page:/Cart", 0),
        ("page:https://other.example/cart", 1),
        ("page:https://*.example/cart", 2),
        (r"url~CART\?STEP=2", 1),
        ("url~^shop.example/", 1),
        ("page~^/c[a-z]+t$", 2),
        ("page~^/(?-i)C", 0),
        ("url~/cart", 2),
        ("event:Signup", 1),
        ("event:signup", 0),
        ("event:pageview", 3),
        ("event:click", 4),
        ("click:", 4),
        ("click:#pay", 2),
        ("click:text=Pay", 1),
        ("click:text=Buy now", 1),
        ("click:text~BUY", 1),
        ("click:a[name=x]", 1),
        ("click:a[name=x][path=/other]", 0),
        ("click:[path=/cart]", 1),
        ("click:#nothing", 0),
        ("any:", 8),
        ("any:[path=/cart]", 4),
        ("any:[name=click]", 4),
    ];
    for (step, matching) in cases {
        assert_eq!(
            world.reached(&[step, "event:never"]).await[0],
            matching,
            "{step}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn filters_look_at_one_event_at_a_time() {
    let world = World::of(&[
        custom("ann", 1.0, "buy")
            .prop("plan", "Pro")
            .with(|event| event.device = "mobile".into()),
        custom("bob", 1.0, "buy")
            .prop("plan", "free")
            .with(|event| event.utm_source = "mail".into()),
        custom("cleo", 1.0, "buy").with(|event| event.country = String::new()),
    ])
    .await;
    let cases = [
        ("device=mobile", 1),
        ("device=Mobile", 0),
        ("device~MOB", 1),
        ("device!=mobile", 2),
        ("props.plan=Pro", 1),
        ("props.plan!=Pro", 2),
        ("props.plan~pr", 1),
        ("props.plan=", 1),
        ("props.plan!=", 2),
        ("country=DE,utm_source=", 1),
        ("country=", 1),
        ("name=buy,props.plan!=Pro,props.plan!=free", 1),
        ("host=shop.example", 3),
        ("device~^mob|^desk", 3),
        ("props.plan~'^.{3}$'", 1),
        ("channel=", 3),
    ];
    for (filters, matching) in cases {
        let asked = filtered(request(&["event:buy", "event:never"]), filters);
        assert_eq!(
            visitors(&world.funnel(&asked).await.unwrap())[0],
            matching,
            "{filters}"
        );
    }
    world.close().await;
}
