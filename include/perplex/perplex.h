/* libperplex: how well a language model predicts a corpus.

   Open a model (model.h) and a corpus (corpus.h; by its name: manifest.h), evaluate the one on the other under a protocol (evaluate.h,
   protocol.h), write the result (result.h, output.h), what every token and document costs (per_token.h,
   per_document.h), where the loss is (breakdown.h), and pages for people (report.h). Shares of a corpus that
   were scored by themselves are put together again (merge.h). Results are compared (compare.h) and held
   against a baseline (gate.h, baseline.h). A model that is used often is converted first (convert.h). The
   library never prints, never exits, and keeps no mutable globals. */
#ifndef PERPLEX_PERPLEX_H
#define PERPLEX_PERPLEX_H

#include <perplex/baseline.h>
#include <perplex/breakdown.h>
#include <perplex/cache.h>
#include <perplex/cells.h>
#include <perplex/class_weights.h>
#include <perplex/compare.h>
#include <perplex/config.h>
#include <perplex/convert.h>
#include <perplex/corpus.h>
#include <perplex/divergence.h>
#include <perplex/endpoint.h>
#include <perplex/estimate.h>
#include <perplex/evaluate.h>
#include <perplex/gate.h>
#include <perplex/inspect.h>
#include <perplex/journal.h>
#include <perplex/loss.h>
#include <perplex/manifest.h>
#include <perplex/merge.h>
#include <perplex/mixture.h>
#include <perplex/model.h>
#include <perplex/network.h>
#include <perplex/output.h>
#include <perplex/per_document.h>
#include <perplex/per_token.h>
#include <perplex/protocol.h>
#include <perplex/report.h>
#include <perplex/result.h>
#include <perplex/serve.h>
#include <perplex/source.h>
#include <perplex/status.h>
#include <perplex/summary.h>
#include <perplex/table.h>
#include <perplex/version.h>
#include <perplex/warning.h>

#endif
