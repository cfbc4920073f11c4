// The errors of `facts!`: `facts_macro.rs` compiles this file and compares each error with `facts_macro_errors.txt`.

use warmth::facts;

pub struct Plain;

pub struct Email(Plain);

pub struct Account {
    pub nps: Option<u8>,
    pub pointer: std::rc::Rc<()>,
    pub plain: Plain,
    pub optional: Option<Plain>,
    pub numbers: Vec<u8>,
    pub bytes: [u8; 4],
    pub company: Option<Plain>,
}

facts!(Account {
    nps,
    pointer,
    plain,
    optional,
    numbers,
    bytes,
    unknown,
    renamed = plain,
    inside = company.employees,
    computed: Plain = |_| Plain,
    listed: Vec<u8> = |account| account.numbers.clone(),
    valid: Option<String> = |account| account.nps.map(|nps| nps.to_string())
});

facts!(newtype Email(Plain));

pub struct Generic<T> {
    pub value: T,
}

facts!(impl<T> Generic<T> { value });
