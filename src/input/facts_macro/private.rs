//! What [`facts!`](crate::facts!) expands to calls of; not part of the public interface.

pub use crate::input::facts::Probe;
use crate::input::facts::{Fact, FactCow, Field, PROBES, ToFact};

/// Fixes the type of a closure that leads from a struct to one of its fields.
pub const fn projection<S, T: ?Sized>(projection: fn(&S) -> &T) -> fn(&S) -> &T {
    projection
}

/// Returns the field of this name, with the kind of the type that the projection leads to.
pub const fn field<S, T: ToFact + ?Sized>(name: &'static str, _: fn(&S) -> &T) -> Field {
    Field::new(name, T::KIND).with_texts(T::TEXTS)
}

/// Returns the field of this name, with the kind of the type that the closure returns.
pub const fn computed_field<T: ToFact>(name: &'static str) -> Field {
    Field::new(name, T::KIND).with_texts(T::TEXTS).with_owned(T::OWNED)
}

/// Returns whether a field is computed as an owned value.
pub const fn any_owned(mut fields: &[Field]) -> bool {
    while let [field, rest @ ..] = fields {
        if field.is_owned() {
            return true;
        }
        fields = rest;
    }
    false
}

/// A type with a field at this index.
pub trait At<const INDEX: usize> {
    /// Whether the field is computed as an owned value.
    const OWNED: bool = false;

    /// Returns the fact; missing if it is owned.
    fn at(&self) -> Fact<'_>;

    #[inline(always)]
    fn cow_at(&self) -> FactCow<'_> {
        FactCow::Borrowed(self.at())
    }
}

/// A reference to a field.
#[derive(Debug)]
pub struct Stored<'a, T: ?Sized>(pub &'a T);

impl<'a, T: ToFact + ?Sized> Stored<'a, T> {
    #[inline(always)]
    pub fn fact(self) -> Fact<'a> {
        self.0.to_fact()
    }
}

/// The value of a computed field.
#[derive(Debug)]
pub struct Computed<T>(pub T);

impl<T: ToFact> Computed<T> {
    #[inline(always)]
    pub fn fact<'a>(self) -> FactCow<'a>
    where
        T: 'a,
    {
        self.0.into_fact()
    }
}

/// Reads values of any type. The compiler falls back on it for a type that is not a fact. Without it, one such field
/// would have several errors; with it, only the table of fields has one.
pub trait NotAFact<F>: Sized {
    fn fact(self) -> F;
}

impl<'a, T: ?Sized> NotAFact<Fact<'a>> for Stored<'a, T> {
    fn fact(self) -> Fact<'a> {
        Fact::Missing
    }
}

impl<'a, T> NotAFact<FactCow<'a>> for Computed<T> {
    fn fact(self) -> FactCow<'a> {
        FactCow::Borrowed(Fact::Missing)
    }
}

/// Returns whether the field at this index is computed as an owned value.
pub const fn owned_at(fields: &[Field], index: usize) -> bool {
    matches!(fields.split_at_checked(index), Some((_, [field, ..])) if field.is_owned())
}

/// Returns a fact that borrows from its subject; an owned one is missing.
#[inline(always)]
pub fn borrowed<'a>(fact: &FactCow<'a>) -> Fact<'a> {
    if let FactCow::Borrowed(fact) = fact { *fact } else { Fact::Missing }
}

/// A function that reads a field and answers a probe.
pub type ProbeFn<T, Q> = fn(&T, Q) -> <Q as Probe>::Answer;

/// The functions of one field.
pub type ProbeFns<T, Q> = [ProbeFn<T, Q>; PROBES];

/// Returns the functions of the field at this index.
pub const fn probe_fns<T: At<INDEX>, const INDEX: usize, Q: Probe>() -> ProbeFns<T, Q> {
    fn probe_fn<T: At<INDEX>, const INDEX: usize, Q: Probe, const WAY: usize>(subject: &T, probe: Q) -> Q::Answer {
        if T::OWNED { probe.answer::<WAY>(subject.cow_at().as_fact()) } else { probe.answer::<WAY>(subject.at()) }
    }
    [
        probe_fn::<T, INDEX, Q, 0>,
        probe_fn::<T, INDEX, Q, 1>,
        probe_fn::<T, INDEX, Q, 2>,
        probe_fn::<T, INDEX, Q, 3>,
        probe_fn::<T, INDEX, Q, 4>,
        probe_fn::<T, INDEX, Q, 5>,
        probe_fn::<T, INDEX, Q, 6>,
    ]
}

/// Returns the code of a field's kind.
pub const fn kind_at(fields: &[Field], index: usize) -> u8 {
    match fields.split_at_checked(index) {
        Some((_, [field, ..])) => field.kind().code(),
        _ => u8::MAX,
    }
}
