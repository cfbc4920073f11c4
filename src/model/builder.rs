//! Macros for the one-line methods of the document's types.

/// Setters that replace one field, or a field of a field, and return the value.
macro_rules! setters {
    ($type:ty { $($(#[$doc:meta])* $name:ident($($argument:ident: $from:ty)?) $($field:ident).+ = $value:expr;)* }) => {
        impl $type {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self $(, $argument: $from)?) -> Self {
                self.$($field).+ = $value;
                self
            }
        )*}
    };
}

/// Setters that add to a list and return the value.
macro_rules! adders {
    ($type:ty { $($(#[$doc:meta])* $name:ident($argument:ident: $from:ty) $field:ident;)* }) => {
        impl $type {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $argument: $from) -> Self {
                self.$field.push($argument.into());
                self
            }
        )*}
    };
}

/// Getters. A getter is called `get_...` where a setter already has the name of the key.
macro_rules! getters {
    ($type:ty { $($(#[$doc:meta])* $name:ident($self:ident) -> $returns:ty = $value:expr;)* }) => {
        impl $type {$(
            $(#[$doc])*
            pub fn $name(&$self) -> $returns {
                $value
            }
        )*}
    };
}
