//! Answers that are not what the model says: damaged bodies and fields of the wrong kind.
//!
//! Invariant: ids, paging tokens and the list itself stay whole, so that an order remains recognisable; everything else
//! may be hit, chosen by the seed. A fault that names its field hits that one and no other.

use serde_json::{Map, Value, json};

use crate::draw::Draw;
use crate::fault::{BadJson, Fault};
use crate::http::Response;

/// Never mutated, so that a mutated order is still an order.
const WHOLE: [&str; 14] = [
    "payload",
    "orders",
    "Orders",
    "order",
    "OrderItems",
    "orderId",
    "orderItemId",
    "AmazonOrderId",
    "OrderItemId",
    "pagination",
    "nextToken",
    "NextToken",
    "lastUpdatedBefore",
    "LastUpdatedBefore",
];

/// One field in this many is hit.
const HIT: i64 = 6;

/// Applies the faults that spoil a good answer.
pub(crate) fn spoil(response: &mut Response, faults: &[Fault], seed: u64, request: u64) {
    for fault in faults {
        let purpose = match fault {
            Fault::NullFields => 21,
            Fault::UnknownEnums => 22,
            Fault::WrongTypes => 23,
            Fault::FieldAbsent(_) | Fault::FieldNull(_) | Fault::LineWithoutId => 24,
            Fault::BadJson(way) => {
                damage(response, *way);
                continue;
            }
            _ => continue,
        };
        let Ok(mut value) = serde_json::from_slice::<Value>(&response.body) else { continue };
        match fault {
            Fault::FieldAbsent(name) => each_object(&mut value, &mut |fields| {
                fields.remove(name);
            }),
            Fault::FieldNull(name) => each_object(&mut value, &mut |fields| {
                if let Some(field) = fields.get_mut(name) {
                    *field = Value::Null;
                }
            }),
            Fault::LineWithoutId => each_object(&mut value, &mut last_line_without_id),
            _ => mutate(&mut value, fault, &mut Draw::new(seed, request, purpose)),
        }
        response.body = value.to_string().into();
    }
}

/// Changes every object, the outer ones first.
fn each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            change(fields);
            fields.values_mut().for_each(|field| each_object(field, change));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| each_object(value, change)),
        _ => {}
    }
}

fn last_line_without_id(fields: &mut Map<String, Value>) {
    for (list, id) in [("orderItems", "orderItemId"), ("OrderItems", "OrderItemId")] {
        let lines = fields.get_mut(list).and_then(Value::as_array_mut);
        if let Some(line) = lines.and_then(|lines| lines.last_mut()) {
            line[id] = Value::Null;
        }
    }
}

fn mutate(value: &mut Value, fault: &Fault, draw: &mut Draw) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if !WHOLE.contains(&name.as_str()) && draw.between(0, HIT) == 0 {
                    hit(field, fault);
                }
                mutate(field, fault, draw);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| mutate(value, fault, draw)),
        _ => {}
    }
}

fn hit(field: &mut Value, fault: &Fault) {
    match fault {
        Fault::NullFields => *field = Value::Null,
        Fault::UnknownEnums => {
            let word =
                |text: &str| text.len() > 2 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if field.as_str().is_some_and(word) {
                *field = json!("SIM_UNHEARD_OF");
            }
        }
        Fault::WrongTypes => {
            *field = match field.take() {
                Value::Bool(flag) => json!(if flag { "True" } else { "False" }),
                Value::Number(number) => json!(number.to_string()),
                Value::String(_) => json!(7),
                Value::Array(_) => json!({}),
                Value::Object(_) | Value::Null => json!([]),
            }
        }
        _ => {}
    }
}

fn damage(response: &mut Response, way: BadJson) {
    let body = response.body.to_vec();
    response.body = match way {
        BadJson::Truncated => body[..body.len() / 2].to_vec(),
        BadJson::ByteOrderMark => [b"\xEF\xBB\xBF".as_slice(), &body].concat(),
        // A field that Amazon once sent just so.
        BadJson::UnquotedWord => with_first_field(&body, b"\"deemedResellerCategory\":UOSS"),
        BadJson::InvalidUtf8 => with_first_field(&body, b"\"note\":\"\xFF\xFE\""),
        BadJson::Swollen(bytes) => {
            with_first_field(&body, &[b"\"padding\":\"", vec![b'x'; bytes].as_slice(), b"\""].concat())
        }
        BadJson::LoneSurrogate => {
            let mut text = String::from_utf8_lossy(&body).into_owned();
            for title in [r#""title":""#, r#""Title":""#] {
                text = text.replacen(title, &format!(r"{title}\ud83d "), 1);
            }
            text.into_bytes()
        }
        BadJson::Empty => Vec::new(),
    }
    .into();
}

/// The same object with one more field in front.
fn with_first_field(body: &[u8], field: &[u8]) -> Vec<u8> {
    let rest = body.get(1..).unwrap_or_default();
    let comma: &[u8] = if rest.starts_with(b"}") { b"" } else { b"," };
    [b"{", field, comma, rest].concat()
}
