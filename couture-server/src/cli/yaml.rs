//! JSON values as YAML.

use serde_json::Value;

/// `value` in YAML's block style.
pub(super) fn yaml(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push('-');
                nested(item, depth, text, true);
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                indent(depth, text);
                text.push_str(&scalar(name));
                text.push(':');
                nested(value, depth, text, false);
            }
        }
        other => {
            indent(depth, text);
            text.push_str(&inline(other));
            text.push('\n');
        }
    }
}

/// What stands behind a dash or a name.
fn nested(value: &Value, depth: usize, text: &mut String, is_item: bool) {
    let is_block = match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => false,
    };
    if !is_block {
        text.push(' ');
        text.push_str(&inline(value));
        text.push('\n');
        return;
    }
    let mut block = String::new();
    write(value, depth + 1, &mut block);
    if is_item {
        // The first line of the block stands behind the dash, which is as wide as a step.
        text.push(' ');
        text.push_str(block.trim_start_matches(' '));
    } else {
        text.push('\n');
        text.push_str(&block);
    }
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text as it is where nothing else could be meant by it, or in quotes: JSON's strings are YAML's.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./+@ ".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_and_read_back() {
        let check = |value: Value, expected: &str| {
            let text = yaml(&value);
            assert_eq!(text, expected);
            assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value, "{text}");
        };
        check(json!(null), "null\n");
        check(json!([]), "[]\n");
        check(json!({"a": 1, "b c": "x y", "on": "no"}), "a: 1\nb c: x y\n\"on\": \"no\"\n");
        check(
            json!([{"a": [1, 2], "b": {}}, [], "1", "- x"]),
            "- a:\n    - 1\n    - 2\n  b: {}\n- []\n- \"1\"\n- \"- x\"\n",
        );
        check(json!([[1, [2]], {"a": {"b": "line\nline"}}]), "- - 1\n  - - 2\n- a:\n    b: \"line\\nline\"\n");
        check(
            json!({"c": "a: b", "e": "", "h": "a#b", "p": "/a/b.c", "t": "2026-01-01T00:00:00Z"}),
            "c: \"a: b\"\ne: \"\"\nh: \"a#b\"\np: /a/b.c\nt: \"2026-01-01T00:00:00Z\"\n",
        );
    }
}
