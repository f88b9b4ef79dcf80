//! Amounts and lengths of time, as Go reads, compares and writes them.

use super::*;

fn compared(left: &str, right: &str) -> Option<Ordering> {
    Some(Quantity::parse(left)?.cmp(&Quantity::parse(right)?))
}

#[test]
fn amounts_are_compared_by_value() {
    use Ordering::{Equal, Greater, Less};
    let rows = [
        ("1", "1000m", Equal),
        ("1Gi", "1024Mi", Equal),
        ("1Gi", "1G", Greater),
        ("1.5Gi", "1536Mi", Equal),
        ("0.5", "500m", Equal),
        (".5", "500m", Equal),
        ("1.", "1", Equal),
        ("1e3", "1k", Equal),
        ("1E3", "1k", Equal),
        ("1E", "1e18", Equal),
        ("1e-3", "1m", Equal),
        ("-1", "1", Less),
        ("-2Gi", "-1Gi", Less),
        ("+1", "1", Equal),
        ("0001", "1", Equal),
        ("Mi", "0", Equal),
        (".", "0", Equal),
        (".Ti", "0", Equal),
        (".", "0", Equal),
        (".Ti", "0", Equal),
        (".", "0", Equal),
        (".Ti", "0", Equal),
        (".", "0", Equal),
        (".Ti", "0", Equal),
        ("e5", "0", Equal),
        ("0.0000000001", "1n", Equal),
        ("1.0000000001", "1000000001n", Equal),
        ("-0.0000000001", "-1n", Equal),
        ("9223372036854775807", "9223372036854775808", Less),
        ("100000000000000000000", "99999999999999999999", Greater),
        ("8Ei", "9Ei", Equal),
        ("8Ei", "9223372036854775807", Equal),
        ("7Ei", "8Ei", Less),
        ("1e100", "1e99", Greater),
        ("1e2000000000", "1e1999999999", Greater),
        ("-1e2000000000", "1", Less),
        ("1000000Ki", "1024000000", Equal),
        ("0.1Ki", "102.4", Equal),
        ("123456789012345678901234567890m", "123456789012345678901234567.89", Equal),
    ];
    for (left, right, expected) in rows {
        assert_eq!(compared(left, right), Some(expected), "{left} against {right}");
        assert_eq!(compared(right, left), Some(expected.reverse()), "{right} against {left}");
    }
}

#[test]
fn what_kubernetes_refuses_is_refused() {
    for text in [
        "", " ", "1 ", " 1", "a", "1ki", "1K", "1Mb", "1kk", "1.2.3", "--1", "1e", "1e+", "e", "1-5", "1_000", "1,5", "Infinity", "0x1",
        ".Pi", "-.Pi", "é", "1é",
    ] {
        assert!(Quantity::parse(text).is_none(), "{text}");
    }
}

#[test]
fn amounts_are_written_in_canonical_form() {
    let rows = [
        ("0", "0"),
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("1Gi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5", "500m"),
        ("1500m", "1500m"),
        ("1000", "1k"),
        ("1e3", "1e3"),
        ("1e4", "10e3"),
        ("100Ki", "100Ki"),
        ("8Mi", "8Mi"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("-2048", "-2048"),
        ("12345678", "12345678"),
        ("1e25", "10e24"),
    ];
    for (text, expected) in rows {
        assert_eq!(Quantity::parse(text).unwrap().to_string(), expected, "{text}");
    }
}

#[test]
fn amounts_are_reckoned_with() {
    let q = |text: &str| Quantity::parse(text).unwrap();
    assert_eq!(q("1Gi").plus(&q("512Mi")).unwrap().to_string(), "1536Mi");
    assert_eq!(q("1").minus(&q("250m")).unwrap().to_string(), "750m");
    assert_eq!(q("1Gi").times(&q("2")).to_string(), "2Gi");
    assert_eq!(q("10").divided_by(&q("4")).unwrap().to_string(), "2");
    assert_eq!(q("10.0").divided_by(&q("4")).unwrap(), q("2.5"));
    assert!(q("1").divided_by(&q("0")).is_none());
    assert_eq!((q("-5m").sign(), q("0").sign(), q("3Ki").sign()), (-1, 0, 1));
    assert_eq!((q("5k").as_integer(), q("1000m").as_integer(), q("1Gi").as_integer()), (Some(5_000), None, Some(1 << 30)));
    assert_eq!((q("1.0").as_integer(), q("9Ei").as_integer()), (None, None));
    assert!((q("1500m").approximate() - 1.5).abs() < 1e-9);
    assert!(q("1e2000000000").plus(&q("1")).is_none());
}

#[test]
fn lengths_of_time_are_read_as_go_reads_them() {
    let second = 1_000_000_000_i64;
    let rows = [
        ("1h", Some(3_600 * second)),
        ("60m", Some(3_600 * second)),
        ("1h30m", Some(5_400 * second)),
        ("1.5h", Some(5_400 * second)),
        ("1h1h", Some(7_200 * second)),
        ("-1s", Some(-second)),
        ("+5s", Some(5 * second)),
        ("0", Some(0)),
        ("-0", Some(0)),
        (".5s", Some(second / 2)),
        ("5.s", Some(5 * second)),
        ("100ms", Some(second / 10)),
        ("1us", Some(1_000)),
        ("1\u{b5}s", Some(1_000)),
        ("1ns", Some(1)),
        ("9223372036854775807ns", Some(i64::MAX)),
        ("9223372036854775808ns", None),
        ("-9223372036854775808ns", Some(i64::MIN)),
        ("2562047h47m16.854775807s", Some(i64::MAX)),
        ("3000000h", None),
        ("", None),
        ("-", None),
        ("1", None),
        ("1d", None),
        ("h", None),
        (".s", None),
        ("1 h", None),
        ("1h ", None),
        ("1hm", None),
        ("00", None),
    ];
    for (text, expected) in rows {
        assert_eq!(parse_duration(text), expected, "{text}");
    }
}

#[test]
fn lengths_of_time_are_written_as_go_writes_them() {
    let rows = [
        (0, "0s"),
        (1, "1ns"),
        (1_100, "1.1\u{b5}s"),
        (2_200_000, "2.2ms"),
        (3_300_000_000, "3.3s"),
        (245_000_000_000, "4m5s"),
        (245_001_000_000, "4m5.001s"),
        (18_367_001_000_000, "5h6m7.001s"),
        (3_600_000_000_000, "1h0m0s"),
        (-90_000_000_000, "-1m30s"),
        (480_000_000_001, "8m0.000000001s"),
        (i64::MIN, "-2562047h47m16.854775808s"),
    ];
    for (value, expected) in rows {
        assert_eq!(write_duration(value), expected);
        assert_eq!(parse_duration(expected), Some(value));
    }
}
