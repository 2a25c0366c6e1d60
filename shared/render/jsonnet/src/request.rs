//! The request: little-endian 32-bit lengths, each before its UTF-8 text.
//!
//! `max_output` (a number), `entry`, then a count and that many pairs of name and JSON (external values), then a count and that
//! many pairs of path and text (files).

use std::collections::HashMap;

pub(crate) struct Request<'a> {
    pub(crate) max_output: usize,
    pub(crate) entry: &'a str,
    pub(crate) ext: Vec<(&'a str, &'a str)>,
    pub(crate) files: HashMap<&'a str, &'a str>,
}

impl<'a> Request<'a> {
    /// Reads a whole request; `None` when it is cut short or is not UTF-8.
    pub(crate) fn read(mut rest: &'a [u8]) -> Option<Self> {
        Some(Self {
            max_output: number(&mut rest)?,
            entry: text(&mut rest)?,
            ext: pairs(&mut rest)?,
            files: pairs(&mut rest)?.into_iter().collect(),
        })
    }
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let (head, tail) = rest.split_at_checked(4)?;
    *rest = tail;
    Some(u32::from_le_bytes(head.try_into().ok()?) as usize)
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = number(rest)?;
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    std::str::from_utf8(head).ok()
}

fn pairs<'a>(rest: &mut &'a [u8]) -> Option<Vec<(&'a str, &'a str)>> {
    (0..number(rest)?).map(|_| Some((text(rest)?, text(rest)?))).collect()
}
