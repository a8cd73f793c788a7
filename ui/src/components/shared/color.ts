/**
 * Which ink reads on a person's colour, which nobody here has chosen.
 *
 * **Invariant:** black or white, whichever has more contrast: one of them always has 4.5:1.
 */
const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

function linear(pair: string): number {
  const part = Number.parseInt(pair, 16) / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

export function inkOn(color: string): '#000000' | '#ffffff' {
  const [, red = '00', green = '00', blue = '00'] = HEX.exec(color) ?? [];
  const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? '#000000' : '#ffffff';
}
