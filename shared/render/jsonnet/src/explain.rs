//! What the evaluator's errors say to a person.

use rsjsonnet_lang::lexer::LexError;
use rsjsonnet_lang::parser::{ActualToken, ParseError};
use rsjsonnet_lang::program::{AnalyzeError, EvalErrorKind as Kind, EvalStackTraceItem as Frame, LoadError};
use rsjsonnet_lang::span::SpanId;

/// A text that is not jsonnet, and where.
pub(crate) fn load(error: &LoadError) -> (SpanId, String) {
    match error {
        LoadError::Lex(error) => lexical(error),
        LoadError::Parse(ParseError::Expected { span, instead, .. }) => {
            (*span, format!("syntax error: unexpected {}", token(instead)))
        }
        LoadError::Analyze(error) => meaning(error),
    }
}

fn token(token: &ActualToken) -> String {
    match token {
        ActualToken::EndOfFile => "end of file".to_owned(),
        ActualToken::Simple(kind) => format!("token {kind:?}"),
        ActualToken::OtherOp(text) | ActualToken::Ident(text) => format!("`{text}`"),
        ActualToken::Number => "number".to_owned(),
        ActualToken::String | ActualToken::TextBlock => "string".to_owned(),
    }
}

fn lexical(error: &LexError) -> (SpanId, String) {
    use LexError::*;
    let (span, what) = match error {
        InvalidChar { span, chr } => return (*span, format!("syntax error: unexpected character {chr:?}")),
        InvalidEscapeInString { span, chr } => return (*span, format!("syntax error: unknown escape \\{chr} in a string")),
        InvalidUtf8 { span, .. } => (span, "text that is not UTF-8"),
        UnfinishedMultilineComment { span } => (span, "a comment without its end */"),
        LeadingZeroInNumber { span } => (span, "a number with a leading zero"),
        MissingFracDigits { span } => (span, "a number without digits after its point"),
        MissingExpDigits { span } => (span, "a number without digits in its exponent"),
        MissingDigitAfterUnderscore { span } => (span, "a number that ends in _"),
        ExpOverflow { span } => (span, "a number with too large an exponent"),
        IncompleteUnicodeEscape { span } | InvalidUtf16EscapeSequence { span, .. } => (span, "a wrong \\u escape in a string"),
        UnfinishedString { span } => (span, "a string without its closing quote"),
        MissingLineBreakAfterTextBlockStart { span } => (span, "no line break after |||"),
        MissingWhitespaceTextBlockStart { span } => (span, "a text block whose first line is not indented"),
        InvalidTextBlockTermination { span } => (span, "a text block that is not ended by |||"),
    };
    (*span, format!("syntax error: {what}"))
}

fn meaning(error: &AnalyzeError) -> (SpanId, String) {
    use AnalyzeError::*;
    match error {
        UnknownVariable { span, name } => (*span, format!("unknown variable {name}")),
        SelfOutsideObject { self_span: span } => (*span, "self outside of an object".to_owned()),
        SuperOutsideObject { super_span: span } => (*span, "super outside of an object".to_owned()),
        DollarOutsideObject { dollar_span: span } => (*span, "$ outside of an object".to_owned()),
        RepeatedLocalName {
            repeated_span: span,
            name,
            ..
        } => (*span, format!("local {name} is defined twice")),
        RepeatedFieldName {
            repeated_span: span,
            name,
            ..
        } => (*span, format!("field {name} is defined twice")),
        RepeatedParamName {
            repeated_span: span,
            name,
            ..
        } => (*span, format!("parameter {name} is defined twice")),
        PositionalArgAfterNamed { arg_span: span } => (*span, "a positional argument after a named one".to_owned()),
        TextBlockAsImportPath { span } | ComputedImportPath { span } => {
            (*span, "the path of an import must be a plain string".to_owned())
        }
    }
}

/// A value that could not be had, and where, if the error itself knows.
pub(crate) fn evaluation(kind: &Kind) -> (Option<SpanId>, String) {
    let at = |span: &SpanId| Some(*span);
    match kind {
        Kind::StackOverflow => (None, "calls are nested more than 500 deep: endless recursion?".to_owned()),
        Kind::InfiniteRecursion => (None, "a value needs itself to be computed".to_owned()),
        Kind::InvalidIndexedType { span, got_type } => (at(span), format!("{got_type:?} can not be indexed")),
        Kind::InvalidSlicedType { span, got_type } => (at(span), format!("{got_type:?} can not be sliced")),
        Kind::SliceIndexOrStepIsNotNumber { span, got_type }
        | Kind::StringIndexIsNotNumber { span, got_type }
        | Kind::ArrayIndexIsNotNumber { span, got_type } => (at(span), format!("an index must be a number, not {got_type:?}")),
        Kind::NumericIndexIsNotValid { span, index } => (at(span), format!("{index} is not an index")),
        Kind::NumericIndexOutOfRange { span, index, length } => (at(span), format!("index {index} of an array of {length}")),
        Kind::ObjectIndexIsNotString { span, got_type } => (at(span), format!("a field name must be a string, not {got_type:?}")),
        Kind::FieldNameIsNotString { span, got_type } => (at(span), format!("a field name must be a string, not {got_type:?}")),
        Kind::RepeatedFieldName { span, name } => (at(span), format!("field {name} is defined twice")),
        Kind::UnknownObjectField { span, field_name } => (at(span), format!("unknown field {field_name}")),
        Kind::FieldOfNonObject { span } => (at(span), "a field of what is not an object".to_owned()),
        Kind::SuperWithoutSuperObject { span } => (at(span), "super in an object that extends none".to_owned()),
        Kind::ForSpecValueIsNotArray { span, got_type } => (at(span), format!("for needs an array, not {got_type:?}")),
        Kind::CondIsNotBool { span, got_type } => (at(span), format!("a condition must be a boolean, not {got_type:?}")),
        Kind::CalleeIsNotFunction { span, got_type } => (*span, format!("{got_type:?} can not be called")),
        Kind::TooManyCallArgs { span, num_params } => (*span, format!("too many arguments: the function takes {num_params}")),
        Kind::UnknownCallParam { span, param_name } => (*span, format!("the function has no parameter {param_name}")),
        Kind::RepeatedCallParam { span, param_name } => (*span, format!("parameter {param_name} is given twice")),
        Kind::CallParamNotBound { span, param_name } => (*span, format!("parameter {param_name} is not given")),
        Kind::InvalidUnaryOpType { span, op, rhs_type } => (at(span), format!("operator {op:?} does not take {rhs_type:?}")),
        Kind::InvalidBinaryOpTypes {
            span,
            op,
            lhs_type,
            rhs_type,
        } => (*span, format!("operator {op:?} does not take {lhs_type:?} and {rhs_type:?}")),
        Kind::NumberNotBitwiseSafe { span } => (*span, "a number beyond 2^53 in a bitwise operation".to_owned()),
        Kind::NumberOverflow { span } => (*span, "number overflow".to_owned()),
        Kind::NumberNan { span } => (*span, "not a number".to_owned()),
        Kind::DivByZero { span } => (*span, "division by zero".to_owned()),
        Kind::ShiftByNegative { span } => (*span, "shift by a negative number".to_owned()),
        Kind::InvalidStdFuncArgType {
            func_name,
            arg_index,
            expected_types,
            got_type,
        } => {
            let expected: Vec<String> = expected_types.iter().map(|kind| format!("{kind:?}")).collect();
            (
                None,
                format!(
                    "std.{func_name}: argument {} must be {}, not {got_type:?}",
                    arg_index + 1,
                    expected.join(" or ")
                ),
            )
        }
        Kind::AssertFailed { span, message } => (
            at(span),
            format!(
                "assertion failed{}",
                message.as_ref().map_or(String::new(), |text| format!(": {text}"))
            ),
        ),
        Kind::AssertEqualFailed { lhs, rhs } => (None, format!("assertion failed: {lhs} is not {rhs}")),
        Kind::ExplicitError { span, message } => (at(span), message.clone()),
        Kind::ImportFailed { span, path } => (at(span), format!("import {path:?}")),
        Kind::UnknownExtVar { name } => (None, format!("std.extVar: there is no external value {name} here")),
        Kind::ManifestFunction => (
            None,
            "a function is not a value that can be output; call it or hide it with ::".to_owned(),
        ),
        Kind::NativeCallFailed => (None, "native functions are not offered".to_owned()),
        Kind::CompareNullInequality
        | Kind::CompareBooleanInequality
        | Kind::CompareObjectInequality
        | Kind::CompareFunctions
        | Kind::CompareDifferentTypesInequality { .. }
        | Kind::PrimitiveEqualsNonPrimitive { .. } => (None, "these values can not be compared".to_owned()),
        Kind::Other { span, message } => (*span, message.clone()),
    }
}

/// Where a frame of the trace is.
pub(crate) fn span_of(frame: &Frame) -> Option<SpanId> {
    match frame {
        Frame::Expr { span } | Frame::Variable { span, .. } | Frame::Import { span } => Some(*span),
        Frame::Call { span, .. } | Frame::ArrayItem { span, .. } | Frame::ObjectField { span, .. } => *span,
        _ => None,
    }
}

/// What a frame of the trace is called.
pub(crate) fn name_of(frame: &Frame) -> Option<String> {
    match frame {
        Frame::Call { name: Some(name), .. } => Some(format!("function {name}")),
        Frame::Variable { name, .. } => Some(format!("variable {name}")),
        Frame::ObjectField { name, .. } | Frame::ManifestObjectField { name } => Some(format!("field {name}")),
        Frame::ArrayItem { index, .. } | Frame::ManifestArrayItem { index } => Some(format!("item {index}")),
        _ => None,
    }
}
