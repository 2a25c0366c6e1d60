//! Evaluates jsonnet handed over as bytes and answers with bytes. One instance of the module serves one evaluation: nothing is
//! freed, the host drops the instance. See `request.rs` for what goes in; the answer is one status byte and UTF-8 text:
//!
//! | status | text |
//! | --- | --- |
//! | 0 `DONE` | the value as JSON |
//! | 1 `FAILED` | `file:line:column`, a line break, what is wrong |
//! | 2 `IMPORT_DENIED` | the same, at the import |
//! | 3 `STACK` | the same: calls nested too deeply |
//! | 4 `OUTPUT` | the size in bytes that was too much |

mod explain;
mod imports;
mod memory;
mod request;
mod sources;

use imports::Imports;
use request::Request;
use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::program::{EvalErrorKind, Program};
use sources::Failure;

pub(crate) const DONE: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const IMPORT_DENIED: u8 = 2;
pub(crate) const STACK: u8 = 3;
pub(crate) const OUTPUT: u8 = 4;

/// Room for a request of `length` bytes; the host fills it and passes it to `evaluate`.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    memory::hand_over(vec![0; length]).0
}

/// Evaluates the request and returns where the answer lies: address in the upper half, length in the lower.
///
/// # Safety
/// `start` and `length` must be those of an `alloc` that the host has filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evaluate(start: *const u8, length: usize) -> u64 {
    memory::note_panics();
    // SAFETY: as promised by the caller; the room is never freed.
    let request = unsafe { std::slice::from_raw_parts(start, length) };
    let (status, text) = match Request::read(request) {
        Some(request) => answer(request),
        None => (FAILED, "request:1:1\nthe request is cut short".to_owned()),
    };
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.push(status);
    bytes.extend_from_slice(text.as_bytes());
    memory::packed(bytes)
}

/// Why the last call trapped: as for `evaluate`, text only; `memory` when memory was refused, else the panic, else nothing.
#[unsafe(no_mangle)]
pub extern "C" fn trapped() -> u64 {
    memory::packed(memory::reason().into_bytes())
}

fn answer(request: Request<'_>) -> (u8, String) {
    match run(&request) {
        Ok(json) if json.len() > request.max_output => (OUTPUT, json.len().to_string()),
        Ok(json) => (DONE, json),
        Err(Failure { status, site, what }) => (status, format!("{site}\n{what}")),
    }
}

fn run(request: &Request<'_>) -> Result<String, Failure> {
    let arena = Arena::new();
    let mut program = Program::new(&arena);
    let mut imports = Imports::new(&request.files);
    for (name, json) in &request.ext {
        // The host has serialised the value; JSON is jsonnet, and without `std` such literals can call nothing.
        let value = imports.sources.load(&mut program, name, json, false)?;
        program.add_ext_var(program.intern_str(name), &value);
    }
    let entry = imports.file(&mut program, request.entry)?;
    let evaluated = program
        .eval_value(&entry, &mut imports)
        .and_then(|value| program.manifest_json(&value, false));
    evaluated.map_err(|error| match &error.kind {
        EvalErrorKind::ImportFailed { span, path } => imports.refused(imports.sources.site(&program, *span), path),
        _ => imports.sources.failure(&program, &error, request.entry),
    })
}
