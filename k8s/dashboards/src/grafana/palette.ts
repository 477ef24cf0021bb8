/**
 * Colours that remain apart for people who are colour-blind: the palette of Okabe and Ito
 * (https://jfly.uni-koeln.de/color). Good and bad are blue and vermilion, never green and red, and a number or a word says
 * the same as the colour.
 */
export const PALETTE = {
  blue: '#0072B2',
  sky: '#56B4E9',
  orange: '#E69F00',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  green: '#009E73',
  grey: '#999999',
} as const

export type Colour = (typeof PALETTE)[keyof typeof PALETTE]

export const GOOD = PALETTE.blue
export const WARNING = PALETTE.orange
export const BAD = PALETTE.vermilion
