// What the runtime tells a dialog about the formats of other packages.

import type { OptionsSchema } from '../core/values/options-schema';

export interface FormatsAnswer {
  /** Those that have options. */
  readonly formats: readonly { readonly format: string; readonly options: OptionsSchema }[];
}
