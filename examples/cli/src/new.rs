//! Lists the templates of the library, and writes one as the start of a model.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use warmth::templates::{self, Template};

use crate::messages::{Messages, Stop};
use crate::output::{write_new_file, write_table};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The template to write (default: list all templates)
    #[arg(value_parser = template())]
    template: Option<Template>,
    /// Write the template to a new file (default: standard output)
    #[arg(long, value_name = "FILE", requires = "template")]
    out: Option<PathBuf>,
}

fn template() -> impl TypedValueParser<Value = Template> {
    let names = PossibleValuesParser::new(templates::all().iter().map(|own| own.name()));
    names.try_map(|name| {
        let found = templates::all().iter().find(|own| own.name() == name);
        found.copied().ok_or_else(|| format!("there is no template `{name}`"))
    })
}

pub(crate) fn run(args: &Args, messages: &Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let Some(template) = args.template else {
        let rows = templates::all().iter().map(|own| [own.name().to_owned(), own.purpose().to_owned()]);
        write_table(out, &rows.collect::<Vec<_>>(), |_| false)?;
        out.flush()?;
        messages.note("next: `warmth new TEMPLATE --out model.toml` writes a template to a new file");
        return Ok(());
    };
    let Some(path) = &args.out else { return Ok(write!(out, "{}", template.document())?) };
    write_new_file(path, template.document())?;
    let shown = path.display();
    messages.note(&format!("next: adapt {shown} to your fields and events, then `warmth check {shown}`"));
    Ok(())
}
