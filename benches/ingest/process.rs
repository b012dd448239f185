//! Whole processes, measured from outside, and the machine they run on.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds and peak bytes of a process. The peak is read from the kernel's own
/// high-water mark until the process ends.
pub(crate) fn measure(command: &mut Command) -> (f64, f64) {
    let begun = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0f64;
    let mut pause = Duration::from_micros(500);
    loop {
        if child.try_wait().unwrap().is_some() {
            return (begun.elapsed().as_secs_f64(), peak);
        }
        if let Ok(text) = std::fs::read_to_string(&status)
            && let Some(kilobytes) = number_after(&text, "VmHWM:")
        {
            peak = peak.max(kilobytes * 1024.0);
        }
        std::thread::sleep(pause);
        // Short runs are timed finely, long ones are not disturbed.
        pause = (pause * 11 / 10).min(Duration::from_millis(10));
    }
}

/// Processor seconds of this process so far, all its threads, those that ended
/// included; in steps of a hundredth.
pub(crate) fn processor_seconds() -> f64 {
    /// Clock ticks a second: what Linux shows to programs on every platform.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: state is the first field.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// One line: processor, cores, memory.
pub(crate) fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let memory = number_after(&read("/proc/meminfo"), "MemTotal:").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{model}, {cores} cores, {:.0} GiB",
        memory / 1024.0 / 1024.0
    )
}

fn number_after(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value below which this share of all values lies.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

pub(crate) fn size(dir: &Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let meta = entry.metadata().unwrap();
        bytes += if meta.is_dir() {
            size(&entry.path())
        } else {
            meta.len()
        };
    }
    bytes
}
