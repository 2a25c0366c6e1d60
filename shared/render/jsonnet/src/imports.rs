//! Imports are answered from the request's files, by a path relative to the importing file, and from nowhere else.

use crate::sources::{Failure, Sources};
use crate::{FAILED, IMPORT_DENIED};
use rsjsonnet_lang::interner::InternedStr;
use rsjsonnet_lang::program::{Callbacks, EvalStackTraceItem, ImportError, NativeError, Program, Thunk, Value};
use rsjsonnet_lang::span::SpanId;
use std::collections::HashMap;

const MISSING: &str = "no such file in the config repository (only files of UTF-8 text are offered)";

pub(crate) struct Imports<'a, 'p> {
    files: &'a HashMap<&'a str, &'a str>,
    loaded: HashMap<String, Thunk<'p>>,
    pub(crate) sources: Sources<'a>,
    /// Why the import that was just refused was.
    refused: Option<Failure>,
}

impl<'a, 'p> Imports<'a, 'p> {
    pub(crate) fn new(files: &'a HashMap<&'a str, &'a str>) -> Self {
        Self {
            files,
            loaded: HashMap::new(),
            sources: Sources::default(),
            refused: None,
        }
    }

    /// The file of that path; a second import of it is the same value, not evaluated again.
    pub(crate) fn file(&mut self, program: &mut Program<'p>, path: &str) -> Result<Thunk<'p>, Failure> {
        if let Some(thunk) = self.loaded.get(path) {
            return Ok(thunk.clone());
        }
        let text = self.text(path)?;
        let thunk = self.sources.load(program, path, text, true)?;
        self.loaded.insert(path.to_owned(), thunk.clone());
        Ok(thunk)
    }

    /// What stopped the evaluation: a syntax error of an imported file in that file, a refused import at the import.
    pub(crate) fn refused(&mut self, site: Option<String>, path: &str) -> Failure {
        match self.refused.take() {
            Some(failure) if failure.status == FAILED => failure,
            refused => Failure {
                status: IMPORT_DENIED,
                site: site.unwrap_or_default(),
                what: format!("import {path:?}: {}", refused.map_or(String::new(), |failure| failure.what)),
            },
        }
    }

    fn text(&self, path: &str) -> Result<&'a str, Failure> {
        self.files
            .get(path)
            .copied()
            .ok_or_else(|| denied(format!("{path}:1:1"), MISSING))
    }

    fn resolve(&self, program: &Program<'p>, from: SpanId, path: &str) -> Result<String, Failure> {
        let importer = self.sources.path_of(program, from).unwrap_or_default();
        resolve(importer, path).map_err(|why| denied(String::new(), why))
    }

    fn noting<T>(&mut self, found: Result<T, Failure>) -> Result<T, ImportError> {
        found.map_err(|failure| {
            self.refused = Some(failure);
            ImportError
        })
    }
}

impl<'p> Callbacks<'p> for Imports<'_, 'p> {
    fn import(&mut self, program: &mut Program<'p>, from: SpanId, path: &str) -> Result<Thunk<'p>, ImportError> {
        let found = self.resolve(program, from, path).and_then(|path| self.file(program, &path));
        self.noting(found)
    }

    fn import_str(&mut self, program: &mut Program<'p>, from: SpanId, path: &str) -> Result<String, ImportError> {
        let found = self.resolve(program, from, path).and_then(|path| self.text(&path));
        self.noting(found).map(str::to_owned)
    }

    fn import_bin(&mut self, program: &mut Program<'p>, from: SpanId, path: &str) -> Result<Vec<u8>, ImportError> {
        self.import_str(program, from, path).map(String::into_bytes)
    }

    /// `std.trace` is for people at a terminal; nothing is printed here.
    fn trace(&mut self, _: &mut Program<'p>, _: &str, _: &[EvalStackTraceItem]) {}

    /// No native function is registered, so `std.native` gives null and this is never called.
    fn native_call(&mut self, _: &mut Program<'p>, _: InternedStr<'p>, _: &[Value<'p>]) -> Result<Value<'p>, NativeError> {
        Err(NativeError)
    }
}

fn denied(site: String, why: &str) -> Failure {
    Failure {
        status: IMPORT_DENIED,
        site,
        what: why.to_owned(),
    }
}

/// The path in the repository that `path` means in the file `importer`.
fn resolve(importer: &str, path: &str) -> Result<String, &'static str> {
    if path.contains("://") {
        return Err("URLs are not imported; copy the file into the config repository");
    }
    if path.starts_with('/') || path.contains('\\') || path.as_bytes().get(1) == Some(&b':') {
        return Err("an absolute path is not imported; write it relative to the importing file, with /");
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or("the path leaves the config repository")?),
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}
