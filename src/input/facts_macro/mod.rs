//! The `facts!` macro.

#[doc(hidden)]
pub mod private;

/// Declares what models may read: the fields of a struct, the texts of an enum, or a newtype.
///
/// # Structs
///
/// List the names of the fields, and name the field that holds the [`Activity`](crate::Activity) if there is one. The
/// kind of each field follows from its Rust type; see [`ToFact`](crate::ToFact) for the types. The table of fields is a
/// `const`, and the generated code looks nothing up by name.
///
/// ```
/// use chrono::{DateTime, FixedOffset};
/// use warmth::{Activity, facts};
///
/// struct Company { employees: u32 }
/// struct Account {
///     nps: Option<u8>,
///     created_at: DateTime<FixedOffset>,
///     tech_stack: Vec<String>,
///     company: Company,
///     seats: u32,
///     seat_limit: u32,
///     owner: String,
///     history: Activity,
/// }
/// facts!(Account {
///     nps,
///     created_at,
///     tech_stack,
///     employees = company.employees,                                              // a path
///     seat_use: f64 = |account| f64::from(account.seats) / f64::from(account.seat_limit), // computed
///     owner_key: String = |account| account.owner.to_lowercase();                 // computed and owned
///     activity = history;
///     events = ["login", "pricing_view"]
/// });
/// ```
///
/// - `name = path.to.field` reads a field inside another struct, to any depth. `name = 0.field` starts at a tuple struct's
///   first field. For a path through an `Option`, write a computed field.
/// - `name: Type = |subject| ...` computes a field. The closure takes `&Self` and captures nothing. It may return a value,
///   a borrow from the subject, or an owned text or owned tags. A computed field is computed each time that a model reads
///   it. If that is expensive, compute it beforehand and store it.
/// - `; activity = path` names the activity; `; events = [...]` declares all [event names](crate::Facts::EVENTS). A model
///   that names another event does not compile.
///
/// # Enums
///
/// Give each variant its text. Variants may have data, which models do not see. Lists and sets of the enum are tags:
///
/// ```
/// use std::collections::BTreeSet;
/// use warmth::facts;
///
/// #[derive(PartialEq, Eq, PartialOrd, Ord)]
/// enum Plan { Free, Trial { days: u8 }, Paid(u32) }
/// facts!(enum Plan { Free => "free", Trial { .. } => "trial", Paid(..) => "paid" });
///
/// struct Account { plan: Plan, tried: Option<BTreeSet<Plan>> }
/// facts!(Account { plan, tried });
/// ```
///
/// # Newtypes
///
/// A newtype is read as the value that it wraps:
///
/// ```
/// use warmth::facts;
///
/// struct Email(String);
/// facts!(newtype Email(String));
///
/// struct Contact { email: Option<Email> }
/// facts!(Contact { email });
/// ```
///
/// # Generic types
///
/// Write lifetimes as `'_`. If type parameters or bounds are needed, start with `impl`:
///
/// ```
/// use warmth::{ToFact, facts};
///
/// struct Account<'a, T> { name: &'a str, custom: T }
/// facts!(impl<T> Account<'_, T> where T: ToFact { name, custom });
///
/// struct Contact<'a> { name: &'a str }
/// facts!(Contact<'_> { name });
/// ```
///
/// [`fields`](crate::fields()), which returns field handles to build a model in Rust, does not work for types that are
/// declared with `impl`.
///
/// # Types of another crate
///
/// Wrap a reference to the foreign type in a view. A view can also join facts from several places:
///
/// ```
/// use std::collections::HashMap;
/// use warmth::facts;
///
/// mod crm {
///     pub struct Customer { pub id: u64, pub seats: u32 }
/// }
///
/// struct View<'a>(&'a crm::Customer, &'a HashMap<u64, f64>);
/// facts!(View<'_> {
///     seats = 0.seats,
///     intent: Option<f64> = |view| view.1.get(&view.0.id).copied(),
/// });
/// ```
///
/// Compile one `Scorer<View<'static>>` and score views of any lifetime with it: the compiler shortens `'static` to the
/// lifetime of each view. The score borrows from the scorer, not from the view.
///
/// # Other types
///
/// A field of another type is a compile error at that field:
///
/// ```compile_fail,E0277
/// struct Account { parent: std::rc::Rc<()> }
/// warmth::facts!(Account { parent });
/// ```
#[macro_export]
macro_rules! facts {
    (enum $type:ty {
        $($variant:ident $({ $($named:tt)* })? $(( $($unnamed:tt)* ))? => $text:literal),+ $(,)?
    }) => {
        impl $crate::ToFact for $type {
            const KIND: $crate::Kind = $crate::Kind::Text;
            const TEXTS: ::core::option::Option<&'static [&'static str]> = <$type as $crate::Tag>::TEXTS;
            const OWNED: bool = false;

            #[inline]
            fn to_fact(&self) -> $crate::Fact<'_> {
                $crate::Fact::Text($crate::Tag::tag(self))
            }

            #[inline]
            fn into_fact<'fact>(self) -> $crate::FactCow<'fact>
            where
                Self: 'fact,
            {
                $crate::FactCow::Borrowed($crate::Fact::Text(match &self {
                    $(Self::$variant $({ $($named)* })? $(( $($unnamed)* ))? => $text),+
                }))
            }
        }

        impl $crate::Tag for $type {
            const TEXTS: ::core::option::Option<&'static [&'static str]> = ::core::option::Option::Some(&[$($text),+]);

            #[inline]
            fn tag(&self) -> &str {
                match self {
                    $(Self::$variant $({ $($named)* })? $(( $($unnamed)* ))? => $text),+
                }
            }
        }
    };
    (newtype $type:ident($inner:ty)) => {
        impl $crate::ToFact for $type {
            const KIND: $crate::Kind = <$inner as $crate::ToFact>::KIND;
            const TEXTS: ::core::option::Option<&'static [&'static str]> = <$inner as $crate::ToFact>::TEXTS;
            const OWNED: bool = <$inner as $crate::ToFact>::OWNED;

            #[inline]
            fn to_fact(&self) -> $crate::Fact<'_> {
                <$inner as $crate::ToFact>::to_fact(&self.0)
            }

            #[inline]
            fn into_fact<'fact>(self) -> $crate::FactCow<'fact>
            where
                Self: 'fact,
            {
                <$inner as $crate::ToFact>::into_fact(self.0)
            }
        }
    };
    (impl < $($rest:tt)+) => {
        $crate::__facts!(@generics [] [] $($rest)+);
    };
    ($type:ty { $($body:tt)* }) => {
        $crate::__facts!(@parse [] [$type] [] { $($body)* } handles);
    };
}

/// The parts of [`facts!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __facts {
    // Collects the tokens between `<` and the matching `>`. The second list has one `<` for each that is open.
    (@generics [$($done:tt)*] [] > $type:ty where $($rest:tt)+) => {
        $crate::__facts!(@bounds [$($done)*] [$type] [] $($rest)+);
    };
    (@generics [$($done:tt)*] [] > $type:ty { $($body:tt)* }) => {
        $crate::__facts!(@parse [$($done)*] [$type] [] { $($body)* });
    };
    (@generics [$($done:tt)*] [<] >> $($rest:tt)+) => {
        $crate::__facts!(@generics [$($done)* >] [] > $($rest)+);
    };
    (@generics [$($done:tt)*] [< < $($open:tt)*] >> $($rest:tt)+) => {
        $crate::__facts!(@generics [$($done)* >>] [$($open)*] $($rest)+);
    };
    (@generics [$($done:tt)*] [< $($open:tt)*] > $($rest:tt)+) => {
        $crate::__facts!(@generics [$($done)* >] [$($open)*] $($rest)+);
    };
    (@generics [$($done:tt)*] [$($open:tt)*] < $($rest:tt)+) => {
        $crate::__facts!(@generics [$($done)* <] [< $($open)*] $($rest)+);
    };
    (@generics [$($done:tt)*] [$($open:tt)*] $next:tt $($rest:tt)+) => {
        $crate::__facts!(@generics [$($done)* $next] [$($open)*] $($rest)+);
    };
    // Collects the bounds up to the braces.
    (@bounds $generics:tt $type:tt [$($done:tt)*] { $($body:tt)* }) => {
        $crate::__facts!(@parse $generics $type [where $($done)*] { $($body)* });
    };
    (@bounds $generics:tt $type:tt [$($done:tt)*] $next:tt $($rest:tt)+) => {
        $crate::__facts!(@bounds $generics $type [$($done)* $next] $($rest)+);
    };
    // Puts each field in parentheses. Names are matched as `tt`, not `ident`, so that errors have their spans. As a `tt` may
    // also be `;`, the first two arms take the bodies in which a `;` could be a name.
    (@parse $generics:tt $type:tt $bounds:tt { ; $($clauses:tt)* } $($handles:ident)?) => {
        $crate::__facts!(@impls $generics $type $bounds {} { $($clauses)* } $($handles)?);
    };
    (@parse $generics:tt $type:tt $bounds:tt {
        $($name:ident $(= $($path:tt).+)? $(: $computed:ty = $compute:expr)?),+ , ; $($clauses:tt)*
    } $($handles:ident)?) => {
        $crate::__facts!(@impls $generics $type $bounds {
            $(($name $(= $($path).+)? $(: $computed = $compute)?))+
        } { $($clauses)* } $($handles)?);
    };
    (@parse $generics:tt $type:tt $bounds:tt {
        $($name:tt $(= $($path:tt).+)? $(: $computed:ty = $compute:expr)?),* $(,)? $(; $($clauses:tt)*)?
    } $($handles:ident)?) => {
        $crate::__facts!(@impls $generics $type $bounds {
            $(($name $(= $($path).+)? $(: $computed = $compute)?))*
        } { $($($clauses)*)? } $($handles)?);
    };
    (@impls $generics:tt $type:tt $bounds:tt $fields:tt $clauses:tt $($handles:ident)?) => {
        const _: () = {
            $crate::__facts!(@fields $generics $type $bounds $fields);
            $crate::__facts!(@facts $generics $type $bounds $fields $clauses);
            $($crate::__facts!(@$handles $type $fields);)?
        };
    };
    (@fields $generics:tt $type:tt $bounds:tt {
        $(($name:ident $(= $($path:tt).+)? $(: $computed:ty = $compute:expr)?))*
    }) => {
        #[allow(non_camel_case_types, dead_code)]
        enum Position { $($name),* }

        $($crate::__facts!(@at $generics $type $bounds $name $(= $($path).+)? $(: $computed = $compute)?);)*
    };
    (@at $generics:tt $type:tt $bounds:tt $name:ident) => {
        $crate::__facts!(@at $generics $type $bounds $name = $name);
    };
    (@at [$($generics:tt)*] [$type:ty] [$($bounds:tt)*] $name:ident = $($path:tt).+) => {
        impl<$($generics)*> $crate::__private::At<{ Position::$name as usize }> for $type $($bounds)* {
            #[inline(always)]
            fn at(&self) -> $crate::Fact<'_> {
                #[allow(unused_imports)]
                use $crate::__private::NotAFact as _;
                $crate::__private::Stored(&self.$($path).+).fact()
            }
        }
    };
    (@at [$($generics:tt)*] [$type:ty] [$($bounds:tt)*] $name:ident: $computed:ty = $compute:expr) => {
        impl<$($generics)*> $crate::__private::At<{ Position::$name as usize }> for $type $($bounds)* {
            const OWNED: bool = $crate::__private::owned_at(<Self as $crate::Facts>::FIELDS, Position::$name as usize);

            #[inline(always)]
            fn at(&self) -> $crate::Fact<'_> {
                if <Self as $crate::__private::At<{ Position::$name as usize }>>::OWNED {
                    $crate::Fact::Missing
                } else {
                    $crate::__private::borrowed(&$crate::__private::At::<{ Position::$name as usize }>::cow_at(self))
                }
            }

            #[inline(always)]
            fn cow_at(&self) -> $crate::FactCow<'_> {
                #[allow(unused_imports)]
                use $crate::__private::NotAFact as _;
                let compute: fn(&Self) -> $computed = $compute;
                $crate::__private::Computed(compute(self)).fact()
            }
        }
    };
    (@facts [$($generics:tt)*] [$type:ty] [$($bounds:tt)*] {
        $(($name:tt $(= $($path:tt).+)? $(: $computed:ty = $compute:expr)?))*
    } {
        $(activity = $($activity:tt).+ $(;)?)? $(events = $events:expr $(;)?)?
    }) => {
        impl<$($generics)*> $crate::Facts for $type $($bounds)* {
            const FIELDS: &'static [$crate::Field] = &[
                $($crate::__facts!(@field $type, $name $(= $($path).+)? $(: $computed)?).at(Position::$name as usize)),*
            ];

            const OWNED: bool = $crate::__private::any_owned(Self::FIELDS);

            $(const EVENTS: ::core::option::Option<&'static [&'static str]> = ::core::option::Option::Some(&$events);)?

            #[inline(always)]
            fn fact(&self, field: &$crate::Field) -> $crate::Fact<'_> {
                match field.index() {
                    $(index if index == Position::$name as usize => {
                        $crate::__private::At::<{ Position::$name as usize }>::at(self)
                    })*
                    _ => $crate::Fact::Missing,
                }
            }

            #[inline(always)]
            fn fact_cow(&self, field: &$crate::Field) -> $crate::FactCow<'_> {
                match field.index() {
                    $(index if index == Position::$name as usize => {
                        $crate::__private::At::<{ Position::$name as usize }>::cow_at(self)
                    })*
                    _ => $crate::FactCow::Borrowed($crate::Fact::Missing),
                }
            }

            #[inline(always)]
            fn probe<Q: $crate::__private::Probe>(
                &self,
                index: usize,
                probe: Q,
                otherwise: impl ::core::ops::FnOnce() -> Q::Answer,
            ) -> Q::Answer {
                let probe_fns: &[$crate::__private::ProbeFns<Self, Q>] =
                    const { &[$($crate::__private::probe_fns::<Self, { Position::$name as usize }, Q>()),*] };
                match probe_fns.as_flattened().get(index) {
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
    };
    (@field $type:ty, $name:tt) => {
        $crate::__facts!(@field $type, $name = $name)
    };
    // The variable has the field's name, so that the compiler reports a type that is not a fact at that name.
    (@field $type:ty, $name:tt = $($path:tt).+) => {{
        #[allow(non_snake_case)]
        let $name = $crate::__private::projection(|subject: &$type| &subject.$($path).+);
        $crate::__private::field(::core::stringify!($name), $name)
    }};
    (@field $type:ty, $name:tt: $computed:ty) => {
        $crate::__private::computed_field::<$computed>(::core::stringify!($name))
    };
    (@handles [$type:ty] { $(($name:ident $($rest:tt)*))* }) => {
        #[allow(missing_docs, unreachable_pub, missing_debug_implementations)]
        pub struct Handles {
            $(pub $name: $crate::model::Handle<
                'static,
                <$crate::model::FieldKind as $crate::model::KindOf<{
                    $crate::__private::kind_at(<$type as $crate::Facts>::FIELDS, Position::$name as usize)
                }>>::Kind
            >,)*
        }

        impl $crate::model::Declared for $type {
            type Handles = Handles;

            const HANDLES: Handles = Handles {
                $($name: $crate::model::Handle::of_identifier(::core::stringify!($name))),*
            };
        }
    };
}
