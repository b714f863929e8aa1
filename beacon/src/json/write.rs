//! A batch as JSON. Members that would say nothing are left out; properties keep their order.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::{Area, Batch, Element, Event, Kind, VERSION};

/// The batch as one line of JSON. Nothing is checked: what breaks a limit will be refused when decoded.
///
/// A value that is not finite becomes `null`, as JSON has no word for it.
#[must_use]
pub fn to_json(batch: &Batch<'_>) -> String {
    serde_json::to_string(&Members(batch)).expect("writing text and numbers to memory cannot fail")
}

/// Writes its members, leaving out those at their default.
struct Members<T>(T);

impl Serialize for Members<&Batch<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let batch = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &VERSION)?;
        map.serialize_entry("site", &batch.site)?;
        map.serialize_entry("page", &batch.page)?;
        map.serialize_entry("sent", &batch.sent)?;
        map.serialize_entry("viewport", &batch.viewport)?;
        if batch.automated {
            map.serialize_entry("automated", &true)?;
        }
        let events: Vec<_> = batch.events.iter().map(Members).collect();
        map.serialize_entry("events", &events)?;
        map.end()
    }
}

impl Serialize for Members<&Event<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.0;
        let mut map = serializer.serialize_map(None)?;
        let kind = match &event.kind {
            Kind::Pageview(_) => "pageview",
            Kind::Click(_) => "click",
            Kind::Custom(_) => "custom",
            Kind::Signal(_) => "signal",
            Kind::Attention(_) => "attention",
            Kind::Exposure(_) => "exposure",
            Kind::Field(_) => "field",
        };
        map.serialize_entry("kind", kind)?;
        map.serialize_entry("at", &event.at)?;
        map.serialize_entry("view", &event.view)?;
        text(&mut map, "url", &event.url)?;
        match &event.kind {
            Kind::Pageview(pageview) => {
                text(&mut map, "referrer", &pageview.referrer)?;
                text(&mut map, "title", &pageview.title)?;
                number(&mut map, "status", pageview.status.into())?;
                if pageview.back {
                    map.serialize_entry("back", &true)?;
                }
            }
            Kind::Click(click) => {
                map.serialize_entry("element", &Members(&click.element))?;
                map.serialize_entry("x", &click.x)?;
                map.serialize_entry("y", &click.y)?;
                if click.within != (0, 0) {
                    map.serialize_entry("within", &click.within)?;
                }
            }
            Kind::Custom(custom) => {
                map.serialize_entry("name", &custom.name)?;
                if !custom.props.is_empty() {
                    map.serialize_entry("props", &Members(&custom.props[..]))?;
                }
                if let Some(value) = custom.value {
                    map.serialize_entry("value", &value)?;
                }
                text(&mut map, "currency", &custom.currency)?;
            }
            Kind::Signal(signal) => {
                map.serialize_entry("what", signal.what)?;
                map.serialize_entry("element", &Members(&signal.element))?;
                number(&mut map, "x", signal.x.into())?;
                number(&mut map, "y", signal.y.into())?;
                number(&mut map, "amount", signal.amount)?;
                text(&mut map, "detail", &signal.detail)?;
                text(&mut map, "name", &signal.name)?;
            }
            Kind::Attention(attention) => map.serialize_entry("attention", attention)?,
            Kind::Exposure(exposure) => {
                map.serialize_entry("element", &Members(&exposure.element))?;
                number(&mut map, "visible", exposure.visible)?;
                if exposure.viewable {
                    map.serialize_entry("viewable", &true)?;
                }
                let area = exposure.area;
                if area != Area::default() {
                    let area = [area.left, area.top, area.width, area.height];
                    map.serialize_entry("area", &area)?;
                }
            }
            Kind::Field(field) => {
                map.serialize_entry("form", &Members(&field.form))?;
                map.serialize_entry("element", &Members(&field.element))?;
                text(&mut map, "message", &field.message)?;
                map.serialize_entry("usage", &field.usage)?;
            }
        }
        map.end()
    }
}

impl Serialize for Members<&Element<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let element = self.0;
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "selector", &element.selector)?;
        text(&mut map, "tag", &element.tag)?;
        text(&mut map, "text", &element.text)?;
        text(&mut map, "href", &element.href)?;
        text(&mut map, "role", &element.role)?;
        text(&mut map, "name", &element.name)?;
        text(&mut map, "type", &element.type_)?;
        text(&mut map, "ad", &element.ad)?;
        text(&mut map, "placement", &element.placement)?;
        text(&mut map, "campaign", &element.campaign)?;
        text(&mut map, "rotation", &element.rotation)?;
        map.end()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Members<&[(K, V)]> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn text<M: SerializeMap>(map: &mut M, member: &'static str, text: &str) -> Result<(), M::Error> {
    if text.is_empty() {
        Ok(())
    } else {
        map.serialize_entry(member, text)
    }
}

fn number<M: SerializeMap>(map: &mut M, member: &'static str, found: u32) -> Result<(), M::Error> {
    if found == 0 {
        Ok(())
    } else {
        map.serialize_entry(member, &found)
    }
}
