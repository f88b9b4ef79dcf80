//! The form of all slim types: only what some check reads, absent where it is a default.

macro_rules! slim {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            pub struct $name { $($(#[$fdoc])* #[serde(skip_serializing_if = "crate::kinds::slim::is_default")] pub $field: $type,)* }
        )+
    };
}
pub(super) use slim;

/// Whether a value is its type's default, and so need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
