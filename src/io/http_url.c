#include "io/http_url.h"

#include "base/memory.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

bool plx_http_is_url(const char *name)
{
    return strncasecmp(name, "http://", 7) == 0 || strncasecmp(name, "https://", 8) == 0;
}

char *plx_http_label(const char *url, struct plx_error *error)
{
    char *shown = NULL;
    char *label = NULL;
    CURLU *parts = curl_url();
    if (parts && curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_OPTIONS, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_QUERY, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_URL, &shown, 0) == CURLUE_OK)
        label = plx_copy_string(shown, strlen(shown), error);
    else /* where a URL cannot be taken apart, anything may be anywhere in it */
        label = plx_copy_string("a URL", strlen("a URL"), error);
    curl_free(shown);
    curl_url_cleanup(parts);
    return label;
}
