#pragma once

/// Semantic version (semver.org): the major number changes with the interface, from 1.0 on.
#define COAUTH_VERSION_MAJOR 0
#define COAUTH_VERSION_MINOR 1
#define COAUTH_VERSION_PATCH 0
#define COAUTH_VERSION_STRING "0.1.0"
