//! What answers always hold. A field that may be unknown need not be sent, but it is always answered, as null: the description of an
//! answer says so, and what is left out of some answers is never null there (`nullable = false`).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const SCHEMAS: &str = "#/components/schemas/";

/// Makes the fields that may be null required, in every schema of `document` that no request is made of.
pub(super) fn require(document: &mut Value) {
    let mut sent = BTreeSet::new();
    named_in_requests(&document["paths"], &mut sent);
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let mut open: Vec<_> = sent.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut within = BTreeSet::new();
        named_in(schemas.get(&name).unwrap_or(&Value::Null), &mut within);
        open.extend(within.difference(&sent).cloned());
        sent.append(&mut within);
    }
    schemas.iter_mut().filter(|(name, _)| !sent.contains(*name)).for_each(|(_, schema)| require_within(schema));
}

fn named_in_requests(value: &Value, names: &mut BTreeSet<String>) {
    for item in value.as_object().into_iter().flat_map(Map::values) {
        let operations = item.as_object().into_iter().flat_map(Map::values);
        operations.for_each(|operation| {
            named_in(&operation["requestBody"], names);
            named_in(&operation["parameters"], names);
        });
    }
}

fn named_in(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(SCHEMAS));
            names.extend(name.map(str::to_owned));
            fields.values().for_each(|value| named_in(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| named_in(value, names)),
        _ => {}
    }
}

fn require_within(schema: &mut Value) {
    let Some(keys) = schema.as_object_mut() else {
        schema.as_array_mut().into_iter().flatten().for_each(require_within);
        return;
    };
    // What stands in an example is no schema.
    keys.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples" | "default" | "enum")).for_each(
        |(key, value)| match value.as_object_mut() {
            Some(fields) if key == "properties" => fields.values_mut().for_each(require_within),
            _ => require_within(value),
        },
    );
    let Some(fields) = keys.get("properties").and_then(Value::as_object) else { return };
    let mut required: BTreeSet<String> =
        fields.iter().filter(|(_, one)| takes_null(one)).map(|(k, _)| k.clone()).collect();
    required.extend(
        keys.get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned),
    );
    if !required.is_empty() {
        keys.insert("required".into(), required.into_iter().collect());
    }
}

fn takes_null(schema: &Value) -> bool {
    let kind = &schema["type"];
    let any = ["type", "$ref", "oneOf", "anyOf", "allOf", "enum"].iter().all(|key| schema.get(key).is_none());
    let one_of =
        ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten().any(takes_null_alone);
    any || one_of
        || takes_null_alone(schema)
        || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == "null"))
}

fn takes_null_alone(schema: &Value) -> bool {
    schema["type"] == "null"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_be_null_is_always_answered() {
        let fields = json!({
            "properties": {
                "id": { "type": "string" }, "note": { "type": ["string", "null"] }, "told": { "type": "string" },
                "any": { "description": "anything" }, "other": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Inner" }] },
            },
            "required": ["id"],
        });
        let mut document = json!({
            "paths": { "/x": {
                "post": { "requestBody": { "schema": { "$ref": "#/components/schemas/Sent" } } },
                "parameters": [],
            } },
            "components": { "schemas": {
                "Sent": { "properties": { "inner": { "$ref": "#/components/schemas/Inner" } } },
                "Inner": fields, "Answered": { "allOf": [fields] },
            } },
        });
        require(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Inner"], fields);
        assert_eq!(schemas["Answered"]["allOf"][0]["required"], json!(["any", "id", "note", "other"]));
    }
}
