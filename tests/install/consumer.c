/* Opens models and prints how many types each knows. */
#include <perplex/perplex.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (strcmp(plx_version(), PERPLEX_VERSION) != 0)
        return 1;
    for (int i = 1; i < argc; i++) {
        struct plx_model *model;
        struct plx_error error;
        char text[512];
        if (plx_model_open(argv[i], NULL, &model, &error)) {
            plx_error_format(&error, text, sizeof text);
            fprintf(stderr, "%s\n", text);
            return 1;
        }
        printf("%llu\n", (unsigned long long)plx_model_info(model)->vocabulary);
        plx_model_close(model);
    }
    return 0;
}
