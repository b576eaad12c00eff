#include <perplex/version.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <zlib.h>

const char *plx_version(void)
{
    return PERPLEX_VERSION;
}

const char *plx_version_component(size_t index, char *text, size_t capacity)
{
    switch (index) {
    case 0: snprintf(text, capacity, "libcurl %s", curl_version_info(CURLVERSION_NOW)->version); return text;
    case 1: snprintf(text, capacity, "zlib %s", zlibVersion()); return text;
    case 2: snprintf(text, capacity, "cJSON %s", cJSON_Version()); return text;
    case 3: snprintf(text, capacity, "%s", OpenSSL_version(OPENSSL_VERSION)); return text;
    case 4: snprintf(text, capacity, "libmicrohttpd %s", MHD_get_version()); return text;
    default: return NULL;
    }
}
