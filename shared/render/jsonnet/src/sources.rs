//! The texts that were loaded, so that an error is told as `file:line:column`.

use crate::{FAILED, STACK, explain};
use rsjsonnet_lang::program::{EvalError, EvalErrorKind, Program, Thunk};
use rsjsonnet_lang::span::{SpanContextId, SpanId};

/// Why there is no value: a status of `lib.rs`, `file:line:column`, and what is wrong.
pub(crate) struct Failure {
    pub(crate) status: u8,
    pub(crate) site: String,
    pub(crate) what: String,
}

/// Path and text of each source. The standard library's own is not among them: no error is told there.
#[derive(Default)]
pub(crate) struct Sources<'a>(Vec<(SpanContextId, String, &'a str)>);

impl<'a> Sources<'a> {
    pub(crate) fn load<'p>(
        &mut self,
        program: &mut Program<'p>,
        path: &str,
        text: &'a str,
        with_std: bool,
    ) -> Result<Thunk<'p>, Failure> {
        let (context, _) = program.span_manager_mut().insert_source_context(text.len());
        self.0.push((context, path.to_owned(), text));
        program
            .load_source(context, text.as_bytes(), with_std, path)
            .map_err(|error| {
                let (span, what) = explain::load(&error);
                let site = self.site(program, span).unwrap_or_else(|| format!("{path}:1:1"));
                Failure {
                    status: FAILED,
                    site,
                    what,
                }
            })
    }

    /// Where an evaluation failed (the entry file's first line where only its output is wrong), why, and in which call or field nearest to it.
    pub(crate) fn failure(&self, program: &Program<'_>, error: &EvalError, entry: &str) -> Failure {
        let (span, what) = explain::evaluation(&error.kind);
        let deepest_first = || error.stack_trace.iter().rev();
        let site = span
            .into_iter()
            .chain(deepest_first().filter_map(explain::span_of))
            .find_map(|span| self.site(program, span));
        let inside = deepest_first()
            .find_map(explain::name_of)
            .map_or(String::new(), |name| format!(" (in {name})"));
        let status = if matches!(error.kind, EvalErrorKind::StackOverflow) {
            STACK
        } else {
            FAILED
        };
        Failure {
            status,
            site: site.unwrap_or_else(|| format!("{entry}:1:1")),
            what: what + &inside,
        }
    }

    pub(crate) fn path_of(&self, program: &Program<'_>, span: SpanId) -> Option<&str> {
        self.locate(program, span).map(|(path, _, _)| path)
    }

    pub(crate) fn site(&self, program: &Program<'_>, span: SpanId) -> Option<String> {
        let (path, text, start) = self.locate(program, span)?;
        let before = text.get(..start)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Some(format!("{path}:{line}:{column}"))
    }

    fn locate(&self, program: &Program<'_>, span: SpanId) -> Option<(&str, &'a str, usize)> {
        let (context, start, _) = program.span_manager().get_span(span);
        let (_, path, text) = self.0.iter().find(|(id, _, _)| *id == context)?;
        Some((path, text, start))
    }
}
