/* How sure a format is that a file is of its kind. The surest wins; among equals the first in the registry.
 */
#ifndef PLX_BASE_PROBE_H
#define PLX_BASE_PROBE_H

enum plx_probe {
    PLX_PROBE_NO,
    PLX_PROBE_FALLBACK, /* for want of anything better */
    PLX_PROBE_NAME,     /* the name says so, and nothing in the content speaks against it */
    PLX_PROBE_CONTENT,  /* the content says so */
    PLX_PROBE_BESIDE    /* a file says so that lies beside it for that purpose */
};

#endif
