//! What each class of sounds sounds like: a few notes, made here, so that nobody's rights are in them.
//!
//! Each class has a shape of its own, so that one is known from another without looking: one note is nobody's, rising is
//! mine, falling is a target that comes near, and three that insist are one that is past.
//!
//! **Invariant:** nothing is louder than what the device takes, and every sound ends in silence.

use std::f32::consts::TAU;

use callboard_desk::bridge::SoundClass;

/// Samples a second.
pub(super) const RATE: u32 = 44_100;

/// How long a note takes to come up, in seconds: at once would be a click.
const ATTACK: f32 = 0.006;

/// How fast a note dies away: after so many seconds a third of it is left.
const DECAY: f32 = 0.11;

/// How strong a note's second and third overtones are beside the note itself.
const OVERTONES: [f32; 3] = [1.0, 0.32, 0.12];

/// How loud a note is at the most, of what the device takes.
const PEAK: f32 = 0.5;

/// A note.
#[derive(Clone, Copy)]
struct Note {
    hertz: f32,
    /// When it begins and how long it sounds, in seconds.
    at: f32,
    lasts: f32,
}

const fn note(hertz: f32, at: f32, lasts: f32) -> Note {
    Note { hertz, at, lasts }
}

const NEW: &[Note] = &[note(659.3, 0.0, 0.28)];
const MINE: &[Note] = &[note(587.3, 0.0, 0.22), note(880.0, 0.11, 0.34)];
const SLA: &[Note] = &[note(784.0, 0.0, 0.22), note(523.3, 0.16, 0.4)];
const CRITICAL: &[Note] =
    &[note(988.0, 0.0, 0.2), note(740.0, 0.16, 0.2), note(988.0, 0.32, 0.2), note(740.0, 0.48, 0.45)];

fn notes(class: SoundClass) -> &'static [Note] {
    match class {
        SoundClass::New => NEW,
        SoundClass::Mine => MINE,
        SoundClass::Sla => SLA,
        SoundClass::Critical => CRITICAL,
    }
}

/// A sound, one channel; `volume` is between 0 and 1.
pub(super) fn samples(class: SoundClass, volume: f32) -> Vec<f32> {
    let notes = notes(class);
    let end = notes.iter().map(|note| note.at + note.lasts).fold(0.0, f32::max);
    let count = (end * RATE as f32).ceil() as usize + 1;
    let loud = PEAK * volume.clamp(0.0, 1.0);
    (0..count)
        .map(|sample| {
            let now = sample as f32 / RATE as f32;
            let sum: f32 = notes.iter().map(|note| note.sample(now)).sum();
            (sum * loud).clamp(-1.0, 1.0)
        })
        .collect()
}

impl Note {
    /// How it sounds at a moment.
    fn sample(&self, now: f32) -> f32 {
        let age = now - self.at;
        let left = self.lasts - age;
        if age < 0.0 || left <= 0.0 {
            return 0.0;
        }
        let strength = (age / ATTACK).min(1.0) * (left / ATTACK).min(1.0) * (-age / DECAY).exp();
        let whole: f32 = OVERTONES.iter().sum();
        let wave: f32 = OVERTONES
            .iter()
            .zip([1.0, 2.0, 3.0])
            .map(|(part, times)| part * (TAU * self.hertz * times * age).sin())
            .sum();
        strength * wave / whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [SoundClass; 4] =
        [SoundClass::New, SoundClass::Mine, SoundClass::Sla, SoundClass::Critical];

    /// How often a part of a sound swings through nothing in a second: about twice its note.
    fn pitch(part: &[f32]) -> f32 {
        let swings = part.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        swings as f32 * RATE as f32 / part.len() as f32
    }

    #[test]
    fn every_sound_is_heard_and_ends_in_silence_and_none_is_too_loud() {
        for class in CLASSES {
            let sound = samples(class, 1.0);
            let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            assert!((0.15..=0.95).contains(&peak), "{class:?}: {peak}");
            let seconds = sound.len() as f32 / RATE as f32;
            assert!((0.2..=1.0).contains(&seconds), "{class:?}: {seconds}");
            assert!(sound[0].abs() < 0.01 && sound[sound.len() - 1].abs() < 0.001, "{class:?} clicks");
            // No jump within it either.
            let jump = sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(jump < 0.25, "{class:?}: {jump}");
        }
    }

    #[test]
    fn mine_rises_and_a_target_that_comes_near_falls() {
        let ends = |class| {
            let sound = samples(class, 1.0);
            let part = RATE as usize / 10;
            (pitch(&sound[..part]), pitch(&sound[sound.len() - 2 * part..]))
        };
        let (first, last) = ends(SoundClass::Mine);
        assert!(last > first * 1.2, "{first} {last}");
        let (first, last) = ends(SoundClass::Sla);
        assert!(last < first * 0.8, "{first} {last}");
    }

    #[test]
    fn half_the_volume_is_half_of_everything_and_none_is_silence() {
        for class in CLASSES {
            let (whole, half) = (samples(class, 1.0), samples(class, 0.5));
            assert!(whole.iter().zip(&half).all(|(one, other)| (one - 2.0 * other).abs() < 1e-6));
            assert!(samples(class, 0.0).iter().all(|sample| *sample == 0.0));
        }
    }
}
