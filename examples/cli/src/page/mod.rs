//! Pieces of self-contained pages of HTML, without scripts, fonts or a network.

use std::fmt::{self, Display, Write};

/// A text with the characters of HTML escaped, for contents and for quoted attributes.
pub(crate) struct Escaped<T>(pub(crate) T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Escaper<'a, 'f>(&'a mut fmt::Formatter<'f>);
        impl Write for Escaper<'_, '_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                for letter in text.chars() {
                    match letter {
                        '&' => self.0.write_str("&amp;")?,
                        '<' => self.0.write_str("&lt;")?,
                        '>' => self.0.write_str("&gt;")?,
                        '"' => self.0.write_str("&quot;")?,
                        '\'' => self.0.write_str("&#39;")?,
                        // Controls, and marks that reverse the direction of the text after them.
                        '\0'..='\u{8}'
                        | '\u{b}'..='\u{1f}'
                        | '\u{7f}'..='\u{9f}'
                        | '\u{202a}'..='\u{202e}'
                        | '\u{2066}'..='\u{2069}' => self.0.write_char('\u{fffd}')?,
                        letter => self.0.write_char(letter)?,
                    }
                }
                Ok(())
            }
        }
        write!(Escaper(f), "{}", self.0)
    }
}

/// The beginning of a page until its body. The policy forbids the page to run or load anything.
pub(crate) fn head(title: &str, style: &str) -> String {
    let title = Escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n"
    )
}
