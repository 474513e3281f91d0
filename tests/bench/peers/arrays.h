/* Reads the files that propd is given (data.py makes them): NPY of float32 and int64, IDX of bytes,
 * which become [0, 1] as propd has them. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

inline std::string file_bytes(const char *path)
{
    std::string bytes;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    static char part[1 << 20];
    for (size_t got; (got = fread(part, 1, sizeof(part), file)) > 0;)
        bytes.append(part, got);
    fclose(file);
    return bytes;
}

/* Labels stay what they are. */
inline std::vector<float> read_array(const char *path, bool labels)
{
    const std::string bytes = file_bytes(path);
    std::vector<float> values;
    if (bytes.compare(0, 6, "\x93NUMPY") != 0) {
        for (size_t i = 4 + 4 * bytes[3]; i < bytes.size(); i++)
            values.push_back(static_cast<unsigned char>(bytes[i]) / (labels ? 1.0F : 255.0F));
        return values;
    }
    const size_t start =
        10 + static_cast<unsigned char>(bytes[8]) + 256 * static_cast<unsigned char>(bytes[9]);
    if (bytes.substr(0, start).find("<i8") != std::string::npos) {
        for (size_t i = start; i + 8 <= bytes.size(); i += 8) {
            long long value;
            memcpy(&value, &bytes[i], 8);
            values.push_back(static_cast<float>(value));
        }
        return values;
    }
    values.resize((bytes.size() - start) / sizeof(float));
    memcpy(values.data(), &bytes[start], values.size() * sizeof(float));
    return values;
}

inline double clock_s()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

/* Answers each line, a number of seconds, with the samples a second that `train` reached meanwhile;
 * it returns how many it has learned. */
template <class Train> int answer_seconds(Train train)
{
    double seconds;
    train();
    while (scanf("%lf", &seconds) == 1) {
        const double start = clock_s();
        double now, samples = 0;
        do {
            samples += train();
            now = clock_s();
        } while (now < start + seconds);
        printf("{\"samples_s\": %.1f}\n", samples / (now - start));
        fflush(stdout);
    }
    return 0;
}
