//! Templates that would never end, or fill the memory.

use couture_operators::template::TemplateLimits;

use super::probe::Setting;

#[tokio::test]
async fn hostile_templates_end_with_an_error() {
    let nested = format!("{{{{ {}1{} }}}}", "(".repeat(900), ")".repeat(900));
    let wide = format!("{{{{ {} }}}}", vec!["execution_date"; 500].join(" - "));
    Setting::default()
        .check(&[
            ("{% for i in range(10 ** 9) %}x{% endfor %}", "!range"),
            (
                "{% for i in range(99999) %}{% for j in range(99999) %}{{ i }}{% endfor %}{% endfor %}",
                "!it takes too long or makes too much",
            ),
            ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "!recursion"),
            ("{% for i in range(9) recursive %}{{ loop(range(9)) }}{% endfor %}", "!recursion"),
            (&nested, "!line 1"),
            (&wide, "!"),
            ("{{ 'x' * 10 ** 9 }}", "!makes too much"),
            ("{{ ('x' * 100000) * 100000 }}", "!makes too much"),
            ("{{ '%999999999d' % 1 }}", "!"),
            ("{{ '{:>999999999}'.format(1) }}", "!"),
            ("{{ 'x'.ljust(999999999) | length }}", "10000"),
            ("{{ execution_date.strftime('%Y' * 100000) }}", "!too long"),
            ("{{ 9 ** 9 ** 9 ** 9 }}", "!"),
            (
                "{% set ns = namespace(x='xxxxxxxxxxxxxxxx') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "!it takes too long or makes too much",
            ),
            ("{{ [1] | tojson(indent=10 ** 9) }}", "!tojson makes more than"),
            ("{{ [[1], {'a': []}, {}, '<ü>'] | tojson(indent=1) }}", "[\n [\n  1\n ],\n {\n  \"a\": []\n },\n {},\n \"\\u003cü\\u003e\"\n]"),
            ("{{ [[1], {'a': [], 'b': 2.0}, none, true, \"it's\"] | tojson }}", "[[1], {\"a\": [], \"b\": 2.0}, null, true, \"it\\u0027s\"]"),
            ("{% for i in range(90000) %}{{ 'x' * 1000 }}{% endfor %}", "!"),
            ("{% for i in range(600) %}{{ var.value.get('k%d' % i, i) }}{% endfor %}", "!at most 500 values"),
        ])
        .await;
}

/// Lists that share their parts are small, and what is written of them is not.
#[tokio::test]
async fn lists_that_double_end_with_an_error() {
    let doubled = |twice: &str, last: &str| {
        format!(
            "{{% set ns = namespace(l=[1]) %}}{{% for i in range(60) %}}{{% set ns.l = {twice} %}}{{% endfor %}}{last}"
        )
    };
    for (twice, last, expected) in [
        ("ns.l * 2", "{{ ns.l | length }}", "!too large"),
        ("[ns.l, ns.l]", "{{ ns.l | tojson }}", "!tojson makes more than"),
        ("{'a': ns.l, 'b': ns.l}", "{{ ns.l | tojson(indent=2) }}", "!tojson makes more than"),
    ] {
        let limits = TemplateLimits { output_bytes: 1 << 20, ..TemplateLimits::default() };
        Setting { limits, ..Setting::default() }.check(&[(&doubled(twice, last), expected)]).await;
    }
}
