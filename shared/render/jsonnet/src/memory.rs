//! What crosses the border to the host, and a note of why a trap came: a trap itself carries no reason.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

static REFUSED: AtomicBool = AtomicBool::new(false);
static PANIC: Mutex<String> = Mutex::new(String::new());

/// The system's allocator, which notes that memory was refused before Rust aborts.
struct Noting;

#[global_allocator]
static ALLOCATOR: Noting = Noting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Noting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        noted(unsafe { System.alloc(layout) })
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        noted(unsafe { System.alloc_zeroed(layout) })
    }
    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        noted(unsafe { System.realloc(start, layout, size) })
    }
    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        unsafe { System.dealloc(start, layout) }
    }
}

fn noted(start: *mut u8) -> *mut u8 {
    if start.is_null() {
        REFUSED.store(true, Ordering::Relaxed);
    }
    start
}

/// Keeps the message of a panic for `reason`.
pub(crate) fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut note) = PANIC.lock() {
            *note = panic.to_string();
        }
    }));
}

/// `memory`, the message of a panic, or nothing. A size beyond the address space panics as `capacity overflow`.
pub(crate) fn reason() -> String {
    let panic = PANIC.lock().map(|note| note.clone()).unwrap_or_default();
    if REFUSED.load(Ordering::Relaxed) || panic.contains("capacity overflow") {
        return "memory".to_owned();
    }
    panic
}

/// Gives bytes to the host for good: address and length.
pub(crate) fn hand_over(bytes: Vec<u8>) -> (*mut u8, usize) {
    let bytes = Box::leak(bytes.into_boxed_slice());
    (bytes.as_mut_ptr(), bytes.len())
}

/// The same in one number, address in the upper half.
pub(crate) fn packed(bytes: Vec<u8>) -> u64 {
    let (start, length) = hand_over(bytes);
    ((start as usize as u64) << 32) | length as u64
}
