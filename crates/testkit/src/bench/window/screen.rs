//! The pixels of a display, read from outside while programs paint.
//!
//! Xvfb keeps them in a file when asked to (`-fbdir`): an image in the format of `xwd`, whose lines change in place.
//!
//! **Invariant:** looking costs the painter nothing but processor time, and never blocks it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};

/// The file that Xvfb writes for its first screen.
const FILE: &str = "Xvfb_screen0";

/// Bytes of a pixel: blue, green, red, nothing.
const PIXEL: usize = 4;

/// Bytes of an entry of the colour table that stands before the pixels.
const COLOUR: usize = 12;

/// By so much the light of a pixel must differ from that of its row to be ink: text does, a placeholder's bar does not.
const INK: i32 = 60;

/// A part of the display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// A colour as the page names it.
pub(super) type Rgb = [u8; 3];

/// The display's pixels.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    file: Arc<File>,
    start: usize,
    line: usize,
    size: (u32, u32),
}

impl Screen {
    /// The display that keeps its pixels in `folder`.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let file = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
        let mut header = [0; 100];
        file.read_exact_at(&mut header, 0).context("reading the head of the pixels")?;
        let field = |place: usize| -> usize {
            let bytes = &header[place * 4..place * 4 + 4];
            bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
        };
        let (head, width, height, line, colours) = (field(0), field(4), field(5), field(12), field(19));
        ensure!(field(1) == 7 && field(11) == PIXEL * 8, "pixels of an unknown kind");
        let size = (u32::try_from(width)?, u32::try_from(height)?);
        Ok(Self { file: Arc::new(file), start: head + colours * COLOUR, line, size })
    }

    /// An area, as far as it is on the display.
    pub(super) fn clip(&self, area: Area) -> Result<Area> {
        let (x, y) = (area.x.min(self.size.0), area.y.min(self.size.1));
        let area =
            Area { x, y, width: area.width.min(self.size.0 - x), height: area.height.min(self.size.1 - y) };
        ensure!(area.width > 0 && area.height > 0, "nothing of that is on the display: {area:?}");
        Ok(area)
    }

    /// The colour of one pixel.
    pub(super) fn pixel(&self, x: u32, y: u32) -> Result<Rgb> {
        let mut bytes = Vec::new();
        self.line(Area { x, y, width: 1, height: 1 }, y, &mut bytes)?;
        Ok([bytes[2], bytes[1], bytes[0]])
    }

    /// Waits until a pixel has one of these colours, and says when: milliseconds since the epoch.
    pub(super) fn wait_for(&self, (x, y): (u32, u32), wanted: &[Rgb], limit: Duration) -> Result<f64> {
        const LOOK_EVERY: Duration = Duration::from_micros(500);
        let deadline = Instant::now() + limit;
        loop {
            let is = self.pixel(x, y)?;
            let at = now_ms()?;
            if wanted.contains(&is) {
                return Ok(at);
            }
            if Instant::now() > deadline {
                bail!("the pixel at {x}, {y} is {is:?} and not {wanted:?}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// A number that is another when an area looks different; of every `step`th line.
    pub(super) fn look(&self, area: Area, step: usize, bytes: &mut Vec<u8>) -> Result<u64> {
        // FNV-1a, eight bytes at a time: the area is looked at hundreds of times a second.
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        for y in (area.y..area.y + area.height).step_by(step) {
            self.line(area, y, bytes)?;
            for word in bytes.chunks_exact(8) {
                let word = word.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
                sum = (sum ^ word).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Ok(sum)
    }

    /// The most lines in a row of an area on which nothing is written. The area's first pixel of a line is its paper.
    pub(super) fn widest_gap(&self, area: Area) -> Result<u32> {
        let (mut widest, mut gap, mut bytes) = (0, 0, Vec::new());
        for y in area.y..area.y + area.height {
            self.line(area, y, &mut bytes)?;
            gap = if has_ink(&bytes) { 0 } else { gap + 1 };
            widest = widest.max(gap);
        }
        Ok(widest)
    }

    fn line(&self, area: Area, y: u32, into: &mut Vec<u8>) -> Result<()> {
        into.resize(area.width as usize * PIXEL, 0);
        let at = self.start + y as usize * self.line + area.x as usize * PIXEL;
        self.file.read_exact_at(into, at as u64).context("reading pixels")
    }
}

/// Milliseconds since the epoch: the clock that a page shares with us.
pub(super) fn now_ms() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH).context("the clock")?.as_secs_f64() * 1e3)
}

fn has_ink(line: &[u8]) -> bool {
    let light = |pixel: &[u8]| pixel[..3].iter().map(|part| i32::from(*part)).sum::<i32>() / 3;
    let mut pixels = line.chunks_exact(PIXEL);
    let Some(paper) = pixels.next().map(light) else { return false };
    pixels.any(|pixel| (light(pixel) - paper).abs() >= INK)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const WIDTH: usize = 4;

    /// A display of so many lines, all paper but those with ink.
    fn display(folder: &Path, lines: usize, ink: &[usize]) -> Result<Screen> {
        let mut head = [0_u32; 25];
        (head[0], head[1], head[4], head[5]) = (100, 7, 4, u32::try_from(lines)?);
        (head[11], head[12], head[19]) = (32, 16, 1);
        let mut file = File::create(folder.join(FILE))?;
        for field in head {
            file.write_all(&field.to_be_bytes())?;
        }
        file.write_all(&[9; COLOUR])?;
        for line in 0..lines {
            let mut pixels = [[20, 22, 24, 0]; WIDTH];
            pixels[2] = if ink.contains(&line) { [200, 180, 160, 0] } else { [40, 40, 40, 0] };
            file.write_all(&pixels.concat())?;
        }
        Screen::open(folder)
    }

    #[test]
    fn a_colour_is_read_as_the_page_names_it() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let screen = display(folder.path(), 3, &[1])?;
        assert_eq!(screen.pixel(2, 1)?, [160, 180, 200]);
        assert_eq!(screen.pixel(3, 1)?, [24, 22, 20]);
        assert!(screen.wait_for((3, 1), &[[24, 22, 20]], Duration::ZERO).is_ok());
        assert!(screen.wait_for((2, 1), &[[24, 22, 20]], Duration::ZERO).is_err());
        Ok(())
    }

    #[test]
    fn a_gap_is_where_nothing_is_written_and_a_placeholder_is_no_ink() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let all = |height| Area { x: 0, y: 0, width: 4, height };
        let screen = display(folder.path(), 10, &[2, 6])?;
        assert_eq!(screen.widest_gap(all(10))?, 3, "lines 3, 4 and 5");
        assert_eq!(screen.widest_gap(all(2))?, 2);
        assert_eq!(display(folder.path(), 10, &[])?.widest_gap(all(10))?, 10);
        Ok(())
    }

    #[test]
    fn an_area_that_looks_different_has_another_number() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let look = |ink: &[usize]| -> Result<u64> {
            let screen = display(folder.path(), 9, ink)?;
            screen.look(Area { x: 0, y: 0, width: 4, height: 9 }, 1, &mut Vec::new())
        };
        assert_eq!(look(&[3])?, look(&[3])?);
        assert_ne!(look(&[3])?, look(&[4])?);
        Ok(())
    }

    #[test]
    fn an_area_ends_where_the_display_does() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let screen = display(folder.path(), 9, &[])?;
        let wide = screen.clip(Area { x: 1, y: 2, width: 90, height: 90 })?;
        assert_eq!(wide, Area { x: 1, y: 2, width: 3, height: 7 });
        assert!(screen.clip(Area { x: 9, y: 0, width: 1, height: 1 }).is_err());
        Ok(())
    }
}
