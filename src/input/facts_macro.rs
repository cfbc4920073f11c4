//! The `facts!` macro.

/// Declares the fields of a struct that models may read, or the texts of an enum.
///
/// For a struct, the names of its fields, and the field that holds its [`Activity`](crate::Activity) if it has one.
/// Kind and optionality follow from the Rust types (see [`ToFact`](crate::ToFact)); the table of fields is a `const`,
/// and reading is generated code in which nothing is looked up by name:
///
/// ```
/// use chrono::NaiveDate;
/// use warmth::{Activity, facts};
///
/// enum Health { Green, Yellow, Red }
/// facts!(enum Health { Green => "green", Yellow => "yellow", Red => "red" });
///
/// struct Account {
///     nps: Option<u8>,
///     health: Health,
///     contract_start: NaiveDate,
///     tech_stack: Vec<String>,
///     seats: u32,
///     seat_limit: u32,
///     history: Activity,
/// }
/// facts!(Account {
///     nps,
///     health,
///     contract_start,
///     tech_stack,
///     seat_use: f64 = |account| f64::from(account.seats) / f64::from(account.seat_limit);
///     activity = history
/// });
/// ```
///
/// A computed field has a type and a closure over `&Self` that captures nothing and may borrow from it. Facts that
/// live elsewhere, such as in another system's cache, come in through a struct that borrows both:
///
/// ```
/// use std::collections::HashMap;
/// use warmth::facts;
///
/// struct Account { id: u64, seats: u32 }
/// struct View<'a> { account: &'a Account, intent: &'a HashMap<u64, f64> }
/// facts!(View<'_> {
///     seats: u32 = |view| view.account.seats,
///     intent: Option<f64> = |view| view.intent.get(&view.account.id).copied(),
/// });
/// ```
///
/// A type that is no fact is a compile error:
///
/// ```compile_fail,E0277
/// struct Account { parent: std::rc::Rc<()> }
/// warmth::facts!(Account { parent });
/// ```
#[macro_export]
macro_rules! facts {
    (enum $type:ty { $($variant:ident => $text:literal),+ $(,)? }) => {
        impl $crate::ToFact for $type {
            const KIND: $crate::Kind = $crate::Kind::Text;
            const TEXTS: ::core::option::Option<&'static [&'static str]> = ::core::option::Option::Some(&[$($text),+]);

            fn to_fact(&self) -> $crate::Fact<'_> {
                $crate::Fact::Text(match self { $(Self::$variant => $text),+ })
            }
        }

        impl ::core::convert::From<$type> for $crate::Fact<'_> {
            fn from(own: $type) -> Self {
                $crate::Fact::Text(match own { $(<$type>::$variant => $text),+ })
            }
        }
    };
    ($type:ty { $($name:ident $(: $computed:ty = $compute:expr)?),* $(,)? $(; activity = $($activity:ident).+)? $(;)? }) => {
        const _: () = {
            #[allow(non_camel_case_types, dead_code)]
            enum Position { $($name),* }

            $(
                impl $crate::__private::At<{ Position::$name as usize }> for $type {
                    #[inline(always)]
                    fn at(&self) -> $crate::Fact<'_> {
                        $crate::facts!(@fact self, $name $(, $computed, $compute)?)
                    }
                }
            )*

            impl $crate::Facts for $type {
                const FIELDS: &'static [$crate::Field] = &[$($crate::facts!(@field $type, $name $(, $computed)?)),*];

                #[inline(always)]
                fn fact(&self, field: &$crate::Field) -> $crate::Fact<'_> {
                    match field.index() {
                        $(index if index == Position::$name as usize => $crate::__private::At::<{ Position::$name as usize }>::at(self),)*
                        _ => $crate::Fact::Missing,
                    }
                }

                #[inline(always)]
                fn probe<Q: $crate::__private::Probe>(
                    &self,
                    place: usize,
                    probe: Q,
                    otherwise: impl ::core::ops::FnOnce() -> Q::Answer,
                ) -> Q::Answer {
                    let probe_fns: &[$crate::__private::ProbeFns<Self, Q>] = const { &[$($crate::__private::probe_fns::<Self, { Position::$name as usize }, Q>()),*] };
                    match probe_fns.as_flattened().get(place) {
                        ::core::option::Option::Some(probe_fn) => probe_fn(self, probe),
                        ::core::option::Option::None => otherwise(),
                    }
                }

                $(
                    #[inline]
                    fn activity(&self) -> &$crate::Activity {
                        &self.$($activity).+
                    }
                )?
            }

            #[allow(missing_docs, unreachable_pub, missing_debug_implementations)]
            pub struct Handles {
                $(pub $name: $crate::model::Handle<
                    'static,
                    <$crate::model::FieldKind as $crate::model::KindOf<{ $crate::facts!(@kind $type, $name $(, $computed)?) }>>::Kind
                >,)*
            }

            impl $crate::model::Declared for $type {
                type Handles = Handles;

                const HANDLES: Handles = Handles { $($name: $crate::model::Handle::of_identifier(::core::stringify!($name))),* };
            }
        };
    };
    (@field $type:ty, $name:ident) => {
        $crate::__private::field(::core::stringify!($name), |subject: &$type| &subject.$name).at(Position::$name as usize)
    };
    (@field $type:ty, $name:ident, $computed:ty) => {
        $crate::__private::computed_field::<$computed>(::core::stringify!($name)).at(Position::$name as usize)
    };
    (@kind $type:ty, $name:ident) => {
        $crate::__private::kind(|subject: &$type| &subject.$name)
    };
    (@kind $type:ty, $name:ident, $computed:ty) => {
        $crate::__private::computed_kind::<$computed>()
    };
    (@fact $self:ident, $name:ident) => {
        $crate::ToFact::to_fact(&$self.$name)
    };
    (@fact $self:ident, $name:ident, $computed:ty, $compute:expr) => {{
        let compute: fn(&Self) -> $computed = $compute;
        $crate::Fact::from(compute($self))
    }};
}

/// What [`facts!`] expands to calls of; not part of the public interface.
#[doc(hidden)]
pub mod private {
    pub use crate::input::facts::Probe;
    use crate::input::facts::{Fact, Field, PROBES, ToFact};

    /// The field of that name, its kind taken from the type that the projection leads to.
    pub const fn field<S, T: ToFact>(name: &'static str, _: fn(&S) -> &T) -> Field {
        computed_field::<T>(name)
    }

    pub const fn computed_field<T: ToFact>(name: &'static str) -> Field {
        Field::new(name, T::KIND).with_texts(T::TEXTS)
    }

    /// A type that has a field at a place.
    pub trait At<const PLACE: usize> {
        fn at(&self) -> Fact<'_>;
    }

    /// A function that reads a field and asks.
    pub type ProbeFn<T, Q> = fn(&T, Q) -> <Q as Probe>::Answer;

    /// All of them for one field.
    pub type ProbeFns<T, Q> = [ProbeFn<T, Q>; PROBES];

    /// Those of the field at a place.
    pub const fn probe_fns<T: At<PLACE>, const PLACE: usize, Q: Probe>() -> ProbeFns<T, Q> {
        fn probe_fn<T: At<PLACE>, const PLACE: usize, Q: Probe, const WAY: usize>(subject: &T, probe: Q) -> Q::Answer {
            probe.answer::<WAY>(subject.at())
        }
        [
            probe_fn::<T, PLACE, Q, 0>,
            probe_fn::<T, PLACE, Q, 1>,
            probe_fn::<T, PLACE, Q, 2>,
            probe_fn::<T, PLACE, Q, 3>,
            probe_fn::<T, PLACE, Q, 4>,
            probe_fn::<T, PLACE, Q, 5>,
            probe_fn::<T, PLACE, Q, 6>,
        ]
    }

    pub const fn kind<S, T: ToFact>(_: fn(&S) -> &T) -> u8 {
        computed_kind::<T>()
    }

    pub const fn computed_kind<T: ToFact>() -> u8 {
        T::KIND.code()
    }
}
