//! Exact decimals with six places.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::de::{Error as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::num::decimal::{Excess, scaled};
use crate::num::json::json_number;
use crate::num::u384::{rounded, saturated_i64};

/// Millionths in one point.
pub(crate) const MICROS: i64 = 1_000_000;

/// Millionths in a hundredth of a point.
const HUNDREDTH: i64 = MICROS / 100;

/// No rule is worth more than this many millionths on either side of zero, 10^9 points, so that sums of rules are exact.
pub(crate) const HELD: i64 = 1_000_000_000 * MICROS;

/// An exact decimal with six places: points, scores and amounts.
///
/// Stored as millionths in an `i64`, so the range is ±9,223,372,036,854.775807. Sums and differences are exact, and
/// saturate at the ends of the range. [`Debug`](fmt::Debug) prints the decimal: `Points(12.5)`.
///
/// [`Display`](fmt::Display) prints no trailing zeros. With a precision it rounds *down*, towards negative infinity, so
/// that a score of 69.97 never seems to reach a cut at 70:
///
/// ```
/// use warmth::Points;
///
/// let value: Points = "69.97".parse()?;
/// assert_eq!(value.to_string(), "69.97");
/// assert_eq!(format!("{value:.1}"), "69.9");
/// assert_eq!(Points::from(70).to_string(), "70");
/// # Ok::<(), warmth::PointsError>(())
/// ```
///
/// It serializes as a number: an integer if possible, otherwise the nearest double. The few decimals that no double reads
/// back as, such as 9223372036854.775807, serialize as text. Deserializing needs a self-describing format, such as JSON,
/// TOML or CBOR.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i64); // millionths

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// Returns `micros` millionths of a point.
    ///
    /// ```
    /// # use warmth::Points;
    /// assert_eq!(Points::from_micros(12_500_000).to_string(), "12.5");
    /// ```
    pub const fn from_micros(micros: i64) -> Points {
        Points(micros)
    }

    /// Returns a fraction of millionths, rounded to the nearest, ties away from zero, and saturated. Zero if the
    /// denominator is zero.
    pub(crate) const fn from_fraction(numerator: i128, denominator: i128) -> Points {
        Points(saturated_i64(rounded(numerator, denominator)))
    }

    /// Returns these points in millionths.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the nearest double, for display and statistics. This crate never adds up doubles.
    ///
    /// ```
    /// # use warmth::Points;
    /// assert_eq!(Points::from_micros(100_000).to_f64(), 0.1);
    /// ```
    #[expect(clippy::cast_precision_loss, reason = "documented to be the nearest double")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Returns these points with two decimals, rounded to the nearest, ties away from zero. For texts; the last points of
    /// the range stay exact.
    pub(crate) fn nearest_hundredth(self) -> Points {
        let up = HUNDREDTH / 2 * self.0.signum();
        self.0.checked_add(up).map_or(self, |micros| Points(micros / HUNDREDTH * HUNDREDTH))
    }

    /// Returns these points with two decimals, rounded down, as [`Display`](fmt::Display) does with a precision. For texts
    /// with a score, which must never seem to reach a cut.
    pub(crate) fn down_to_hundredth(self) -> Points {
        self.0.div_euclid(HUNDREDTH).checked_mul(HUNDREDTH).map_or(self, Points)
    }

    /// Returns these points as a percentage of `whole`, rounded to the nearest millionth, ties away from zero. `None` if
    /// `whole` is zero.
    ///
    /// ```
    /// # use warmth::Points;
    /// let (addon, base) = (Points::from(8), Points::from(29));
    /// assert_eq!(addon.percent_of(base), Some("27.586207".parse()?));
    /// assert_eq!(addon.percent_of(Points::ZERO), None);
    /// # Ok::<(), warmth::PointsError>(())
    /// ```
    pub fn percent_of(self, whole: Points) -> Option<Points> {
        let hundredfold = i128::from(self.0) * 100 * i128::from(MICROS);
        (whole != Points::ZERO).then(|| Points::from_fraction(hundredfold, whole.0.into()))
    }
}

/// The error of a number or text that is not a decimal with at most six places, or is out of range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a decimal with at most six places within ±9223372036854; round it first")]
pub struct PointsError {
    text: String,
}

impl PointsError {
    fn new(text: impl fmt::Display) -> PointsError {
        PointsError { text: text.to_string() }
    }
}

macro_rules! from_whole_numbers {
    ($($whole:ty)*) => {$(
        impl From<$whole> for Points {
            fn from(whole: $whole) -> Points {
                Points(i64::from(whole) * MICROS)
            }
        }
    )*};
}

from_whole_numbers!(i8 u8 i16 u16 i32 u32);

/// Points from an integer, checked against the range.
///
/// ```
/// # use warmth::Points;
/// assert_eq!(Points::try_from(70_i64)?, Points::from(70));
/// assert!(Points::try_from(i64::MAX).is_err());
/// # Ok::<(), warmth::PointsError>(())
/// ```
impl TryFrom<i64> for Points {
    type Error = PointsError;

    /// # Errors
    ///
    /// If the number is beyond ±9,223,372,036,854.
    fn try_from(whole: i64) -> Result<Points, PointsError> {
        whole.checked_mul(MICROS).map(Points).ok_or_else(|| PointsError::new(whole))
    }
}

/// Points from the shortest decimal of a double: 0.1 is one tenth.
///
/// ```
/// # use warmth::Points;
/// assert_eq!(Points::try_from(0.1)?, Points::from_micros(100_000));
/// assert!(Points::try_from(0.123_456_7).is_err());
/// assert!(Points::try_from(f64::NAN).is_err());
/// # Ok::<(), warmth::PointsError>(())
/// ```
impl TryFrom<f64> for Points {
    type Error = PointsError;

    /// # Errors
    ///
    /// If the number is not finite, has more than six decimal places, or is out of range.
    fn try_from(number: f64) -> Result<Points, PointsError> {
        match scaled(number, 6, Excess::Refuse) {
            Some(micros) if micros.unsigned_abs() < i64::MAX.unsigned_abs() => Ok(Points(micros)),
            _ => Err(PointsError::new(number)),
        }
    }
}

impl FromStr for Points {
    type Err = PointsError;

    /// # Errors
    ///
    /// If the text is not an optional sign, digits, and at most six digits after a point, or is out of range.
    fn from_str(text: &str) -> Result<Points, PointsError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.len() > 6 {
            return Err(PointsError::new(text));
        }
        let sign = if text.starts_with('-') { "-" } else { "" };
        format!("{sign}{whole}{fraction:0<6}").parse().map(Points).map_err(|_| PointsError::new(text))
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Points({self})")
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = format!("{:06}", self.0.unsigned_abs() % MICROS.unsigned_abs());
        let (micros, places) = match f.precision() {
            None => (self.0, exact.trim_end_matches('0').len()),
            Some(places) if places < 6 => {
                let unit = (places..6).fold(1_i64, |unit, _| unit * 10);
                // This saturates only for the lowest values, below which there is nothing to round down to.
                (self.0.div_euclid(unit).saturating_mul(unit), places)
            }
            Some(places) => (self.0, places),
        };
        let (whole, fraction) =
            (micros.unsigned_abs() / MICROS.unsigned_abs(), micros.unsigned_abs() % MICROS.unsigned_abs());
        let mut text = whole.to_string();
        if places > 0 {
            let fraction = format!("{fraction:06}");
            text.push('.');
            text.extend(fraction.chars().chain(std::iter::repeat('0')).take(places));
        }
        f.pad_integral(micros >= 0, "", &text)
    }
}

impl Add for Points {
    type Output = Points;

    fn add(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }
}

impl Sub for Points {
    type Output = Points;

    fn sub(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, other: Points) {
        *self = *self + other;
    }
}

impl SubAssign for Points {
    fn sub_assign(&mut self, other: Points) {
        *self = *self - other;
    }
}

impl Neg for Points {
    type Output = Points;

    fn neg(self) -> Points {
        Points(self.0.saturating_neg())
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Points> for Points {
    fn sum<I: Iterator<Item = &'a Points>>(points: I) -> Points {
        points.copied().sum()
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % MICROS == 0 {
            serializer.serialize_i64(self.0 / MICROS)
        } else if Points::try_from(self.to_f64()) == Ok(*self) {
            serializer.serialize_f64(self.to_f64())
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Points, D::Error> {
        struct PointsVisitor;

        impl<'de> Visitor<'de> for PointsVisitor {
            type Value = Points;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number with at most six decimal places")
            }

            fn visit_i64<E: serde::de::Error>(self, whole: i64) -> Result<Points, E> {
                Points::try_from(whole).map_err(|_| E::invalid_value(Unexpected::Signed(whole), &self))
            }

            fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Points, E> {
                i64::try_from(whole)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(whole), &self))
                    .and_then(|n| self.visit_i64(n))
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Points, E> {
                Points::try_from(number).map_err(E::custom)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Points, E> {
                text.parse().map_err(E::custom)
            }

            /// A fraction of `serde_json` with `arbitrary_precision`.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Points, A::Error> {
                match json_number(&mut map)? {
                    Some(number) => self.visit_f64(number),
                    None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
                }
            }
        }

        deserializer.deserialize_any(PointsVisitor).map_err(D::Error::custom)
    }
}
