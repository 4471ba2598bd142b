//! Exact decimal arithmetic for bounds and multiples, since `0.1 * 3` in binary floats is no multiple of `0.1`.
//!
//! [`Decimal`] is a 128-bit mantissa with a decimal scale. Operations that would overflow give `None`, and the
//! generator then leaves that edge out.

use std::cmp::Ordering;

use serde_json::Value;

/// The largest scale that is read; smaller steps are of no use at an edge.
const SCALE_MAX: u32 = 18;

/// `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    pub(super) const ONE: Self = Self { mantissa: 1, scale: 0 };
    /// A step that a 32-bit float still sees near small bounds.
    pub(super) const THOUSANDTH: Self = Self { mantissa: 1, scale: 3 };

    pub(super) fn whole(mantissa: i128) -> Self {
        Self { mantissa, scale: 0 }
    }

    /// Reads a JSON number; `None` when it does not fit.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else { return None };
        let text = number.to_string();
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if let Ok(scale) = u32::try_from(scale) {
            (scale <= SCALE_MAX).then_some(Self { mantissa, scale }.trimmed())
        } else {
            Some(Self::whole(mantissa.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?))
        }
    }

    fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let lift = |one: Self| one.mantissa.checked_mul(10_i128.checked_pow(scale - one.scale)?);
        Some((lift(self)?, lift(other)?, scale))
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Some(Self { mantissa: left.checked_add(right)?, scale }.trimmed())
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { mantissa: other.mantissa.checked_neg()?, scale: other.scale })
    }

    pub(super) fn times(self, factor: i128) -> Option<Self> {
        Some(Self { mantissa: self.mantissa.checked_mul(factor)?, scale: self.scale }.trimmed())
    }

    pub(super) fn half(self) -> Option<Self> {
        Some(Self { mantissa: self.mantissa.checked_mul(5)?, scale: self.scale + 1 }.trimmed())
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        let (left, right, _) = self.aligned(other)?;
        Some(left.cmp(&right))
    }

    pub(super) fn equals(self, other: Self) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }

    /// The largest `k` with `k * step <= self`; `step` must be above zero.
    pub(super) fn steps_below(self, step: Self) -> Option<i128> {
        let (value, step, _) = self.aligned(step)?;
        (step > 0).then(|| value.div_euclid(step))
    }

    /// The least number above zero that is a multiple of both.
    pub(super) fn common_multiple(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        if left <= 0 || right <= 0 {
            return None;
        }
        let (mut divisor, mut rest) = (left, right);
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        Some(Self { mantissa: (left / divisor).checked_mul(right)?, scale }.trimmed())
    }

    /// The number as plain text, without an exponent.
    pub(super) fn text(self) -> String {
        if self.scale == 0 {
            return self.mantissa.to_string();
        }
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.mantissa < 0 { "-" } else { "" };
        format!("{sign}{whole}.{fraction}")
    }

    /// The JSON number; integers stay integers.
    pub(super) fn value(self) -> Option<Value> {
        serde_json::from_str(&self.text()).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Decimal;

    #[test]
    fn reads_and_writes_numbers_exactly() {
        for (value, text) in [
            (json!(5), "5"),
            (json!(-0.25), "-0.25"),
            (json!(1e-7), "0.0000001"),
            (json!(1.5e3), "1500"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            assert_eq!(Decimal::of(&value).map(Decimal::text).as_deref(), Some(text));
        }
        assert!(Decimal::of(&json!(1.5e300)).is_none());
    }

    #[test]
    fn calculates_without_rounding() {
        let tenth = Decimal::of(&json!(0.1)).expect("fits");
        assert_eq!(tenth.times(3).map(Decimal::text).as_deref(), Some("0.3"));
        assert_eq!(tenth.half().map(Decimal::text).as_deref(), Some("0.05"));
        assert_eq!(Decimal::of(&json!(-0.25)).and_then(|value| value.steps_below(tenth)), Some(-3));
        let six = Decimal::whole(6).common_multiple(Decimal::whole(4)).map(Decimal::text);
        assert_eq!(six.as_deref(), Some("12"));
    }
}
