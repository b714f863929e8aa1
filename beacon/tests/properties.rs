//! What holds of every batch and of every run of bytes.
//!
//! Invariant: batches are drawn over the whole of what the limits allow of a field, though with few events, so that an
//! encoding holds them. Those of the binary layout are drawn apart, for it has no place for most of what there is.

use proptest::prelude::*;
use snag_beacon::kind::signal::WORDS;
use snag_beacon::limits::{BATCH_BYTES, NAME_BYTES, PROPS, SENT_MS, STRING_BYTES};
use snag_beacon::{
    Area, Attention, Batch, Click, Custom, Element, Event, Exposure, Field, Kind, Pageview,
    Problem, Signal, Usage, decode, decode_with_skipped, encode, to_json, validate,
};

fn cut(text: String, limit: usize) -> String {
    let end = (0..=limit.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    text[..end].to_owned()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z/:.?=&#]{1,40}",
        "[^\\x00]{0,60}",
        Just("\u{1f600}\"\\\n\u{7f}\u{2028}".to_owned()),
        (0..=STRING_BYTES).prop_map(|len| "x".repeat(len)),
    ]
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| {
        if text.is_empty() {
            "https://shop.example/".to_owned()
        } else {
            text
        }
    })
}

fn name() -> impl Strategy<Value = String> {
    filled().prop_map(|text| cut(text, NAME_BYTES))
}

fn element() -> impl Strategy<Value = Element<'static>> {
    prop::array::uniform11(text().boxed()).prop_map(|texts| {
        let [
            selector,
            tag,
            text,
            href,
            role,
            name,
            type_,
            ad,
            placement,
            campaign,
            rotation,
        ] = texts.map(Into::into);
        Element {
            selector,
            tag,
            text,
            href,
            role,
            name,
            type_,
            ad,
            placement,
            campaign,
            rotation,
        }
    })
}

/// What the binary layout has a place for.
fn plain() -> BoxedStrategy<Kind<'static>> {
    let pageview = (text(), text()).prop_map(|(referrer, title)| {
        Kind::Pageview(Pageview {
            referrer: referrer.into(),
            title: title.into(),
            ..Pageview::default()
        })
    });
    let texts = prop::array::uniform5(text().boxed());
    let click = (texts, any::<[u16; 2]>()).prop_map(|(texts, [x, y])| {
        let [selector, tag, text, href, role] = texts.map(Into::into);
        Kind::Click(Click {
            element: Element {
                selector,
                tag,
                text,
                href,
                role,
                ..Element::default()
            },
            x,
            y,
            ..Click::default()
        })
    });
    prop_oneof![pageview.boxed(), click.boxed(), custom().boxed()].boxed()
}

fn custom() -> impl Strategy<Value = Kind<'static>> {
    let value = proptest::option::of(prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        (0..1_000_000u32).prop_map(|cents| f64::from(cents) / 100.0),
    ]);
    let props = prop::collection::vec((name(), text()), 0..=PROPS);
    (name(), props, value, text()).prop_map(|(name, props, value, currency)| {
        let props = props
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Kind::Custom(Custom {
            name: name.into(),
            props,
            value,
            currency: currency.into(),
        })
    })
}

fn kind() -> BoxedStrategy<Kind<'static>> {
    let pageview = (text(), text(), any::<u16>(), any::<bool>()).prop_map(
        |(referrer, title, status, back)| {
            Kind::Pageview(Pageview {
                referrer: referrer.into(),
                title: title.into(),
                status,
                back,
            })
        },
    );
    let click = (element(), any::<[u16; 4]>()).prop_map(|(element, [x, y, across, down])| {
        Kind::Click(Click {
            element,
            x,
            y,
            within: (across, down),
        })
    });
    let signal = (
        prop::sample::select(&WORDS[..]),
        element(),
        any::<[u16; 2]>(),
        any::<u32>(),
        text(),
        text(),
    )
        .prop_map(|(what, element, [x, y], amount, detail, name)| {
            Kind::Signal(Signal {
                what,
                element,
                x,
                y,
                amount,
                detail: detail.into(),
                name: name.into(),
            })
        });
    let attention = (any::<[u32; 7]>(), 0..=100u8, any::<[u32; 10]>()).prop_map(
        |([engaged, load, lcp, inp, cls, fcp, ttfb], depth, tenths)| {
            Kind::Attention(Attention {
                engaged,
                depth,
                load,
                lcp,
                inp,
                cls,
                fcp,
                ttfb,
                tenths,
            })
        },
    );
    let exposure = (element(), any::<u32>(), any::<bool>(), any::<[u16; 4]>()).prop_map(
        |(element, visible, viewable, [left, top, width, height])| {
            Kind::Exposure(Exposure {
                element,
                visible,
                viewable,
                area: Area {
                    left,
                    top,
                    width,
                    height,
                },
            })
        },
    );
    let field = (
        element(),
        element(),
        text(),
        any::<[u32; 5]>(),
        any::<[bool; 2]>(),
    )
        .prop_map(|(form, element, message, figures, [last, submitted])| {
            let [order, hesitation, dwell, corrections, focuses] = figures;
            Kind::Field(Field {
                form,
                element,
                message: message.into(),
                usage: Usage {
                    order,
                    hesitation,
                    dwell,
                    corrections,
                    focuses,
                    last,
                    submitted,
                },
            })
        });
    // In boxes, for together they are too large for a test's stack.
    prop_oneof![
        pageview.boxed(),
        click.boxed(),
        custom().boxed(),
        signal.boxed(),
        attention.boxed(),
        exposure.boxed(),
        field.boxed(),
    ]
    .boxed()
}

fn batch(kind: BoxedStrategy<Kind<'static>>) -> impl Strategy<Value = Batch<'static>> {
    let event = (any::<u64>(), any::<u32>(), filled(), kind);
    let head = (
        "[A-Za-z0-9._-]{1,64}",
        any::<u32>(),
        0..=SENT_MS,
        any::<(u16, u16)>(),
        any::<bool>(),
    );
    (head, prop::collection::vec(event, 0..4)).prop_map(
        |((site, page, sent, viewport, automated), events)| Batch {
            site: site.into(),
            page,
            sent,
            viewport,
            automated,
            events: events
                .into_iter()
                .map(|(at, view, url, kind)| Event {
                    at: at % (sent + 1),
                    view,
                    url: url.into(),
                    kind,
                })
                .collect(),
        },
    )
}

/// Whether it has something that the binary layout has no place for.
fn is_beyond_binary(batch: &Batch<'_>) -> bool {
    batch.events.iter().any(|event| match &event.kind {
        Kind::Pageview(found) => found.status != 0 || found.back,
        Kind::Click(Click {
            element, within, ..
        }) => {
            let later = [
                &element.name,
                &element.type_,
                &element.ad,
                &element.placement,
                &element.campaign,
                &element.rotation,
            ];
            *within != (0, 0) || later.iter().any(|text| !text.is_empty())
        }
        Kind::Custom(_) => false,
        _ => true,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_gives_the_batch_back(batch in batch(kind())) {
        prop_assert_eq!(validate(&batch), Ok(()));
        let json = to_json(&batch);
        if json.len() <= BATCH_BYTES {
            prop_assert_eq!(&decode(json.as_bytes()).unwrap(), &batch);
        }
    }

    #[test]
    fn both_encodings_give_a_plain_batch_back(batch in batch(plain())) {
        match encode(&batch) {
            Ok(bytes) => prop_assert_eq!(&decode(&bytes).unwrap(), &batch),
            // Thirty properties of two thousand bytes on each of several events are more than a batch holds.
            Err(error) => {
                prop_assert_eq!(error.problem, Problem::TooLarge { limit: BATCH_BYTES });
                prop_assert!(to_json(&batch).len() > BATCH_BYTES / 2);
            }
        }
        let json = to_json(&batch);
        if json.len() <= BATCH_BYTES {
            prop_assert_eq!(&decode(json.as_bytes()).unwrap(), &batch);
        }
    }

    #[test]
    fn binary_refuses_what_it_has_no_place_for_and_that_alone(batch in batch(kind())) {
        match encode(&batch) {
            Ok(bytes) => {
                prop_assert!(!is_beyond_binary(&batch));
                prop_assert_eq!(&decode(&bytes).unwrap(), &batch);
            }
            Err(error) if is_beyond_binary(&batch) => prop_assert_eq!(error.problem, Problem::NoPlace),
            Err(error) => prop_assert_eq!(error.problem, Problem::TooLarge { limit: BATCH_BYTES }),
        }
    }

    #[test]
    fn no_beginning_of_a_batch_is_a_batch(
        plain in batch(plain()),
        batch in batch(kind()),
        share in 0.0..1.0f64,
    ) {
        for body in [encode(&plain).unwrap_or_default(), to_json(&batch).into_bytes()] {
            let len = (body.len() as f64 * share) as usize;
            if len < body.len() {
                prop_assert!(decode(&body[..len]).is_err(), "{} of {} bytes", len, body.len());
            }
        }
    }

    #[test]
    fn bytes_after_a_batch_are_refused(
        batch in batch(plain()),
        more in prop::collection::vec(any::<u8>(), 1..9),
    ) {
        if let Ok(mut body) = encode(&batch) {
            body.extend(more);
            prop_assert!(decode(&body).is_err());
        }
    }

    #[test]
    fn random_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = decode(&bytes);
        let _ = decode(&[&[1, 0][..], &bytes].concat());
        let _ = decode(&[b"{", &bytes[..]].concat());
    }

    #[test]
    fn what_decodes_from_a_damaged_batch_still_holds_every_limit(
        plain in batch(plain()),
        batch in batch(kind()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        json in any::<bool>(),
    ) {
        let mut body = if json { to_json(&batch).into_bytes() } else { encode(&plain).unwrap_or_default() };
        prop_assume!(!body.is_empty());
        for (index, byte) in damage {
            let at = index.index(body.len());
            body[at] = byte;
        }
        if let Ok((found, _)) = decode_with_skipped(&body) {
            prop_assert_eq!(validate(&found), Ok(()));
            match encode(&found) {
                Ok(again) => prop_assert_eq!(decode(&again).unwrap(), found),
                Err(error) => prop_assert!(
                    matches!(error.problem, Problem::TooLarge { .. })
                        || error.problem == Problem::NoPlace && is_beyond_binary(&found),
                    "{}", error
                ),
            }
        }
    }
}
