// The version of crisp, written once: CMake reads it from here.
#pragma once

#define CRISP_VERSION_MAJOR 0
#define CRISP_VERSION_MINOR 1
#define CRISP_VERSION_PATCH 0
