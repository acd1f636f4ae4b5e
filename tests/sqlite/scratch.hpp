#pragma once

#include "sqlite/connection.hpp"
#include "tests/cache/store_contract.hpp"

#include <coauth/sqlite/sqlite_store.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace coauth::test {

/// A folder that is gone with its test.
class scratch {
public:
    scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "coauth-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no scratch folder");
        }
        path_ = name;
    }
    ~scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// Two keys, always the same; the first is told by its name.
inline key_ring ring(const std::string& first = "new", const std::string& second = "old") {
    const auto line = [](const std::string& name) {
        // 32 times the letter that the name begins with: no key for anything else than a test.
        const std::string letters = name == "new" ? "bm5u" : name == "old" ? "b29v" : "eHh4";
        std::string text = name + ":";
        for (int i = 0; i < 10; ++i) {
            text += letters;
        }
        return text + (name == "new" ? "bm4=" : name == "old" ? "b28=" : "eHg=") + "\n";
    };
    return key_ring::parse(secret{line(first) + (second.empty() ? "" : line(second))}).value();
}

inline token_seal sealed() {
    return token_seal::under(ring());
}

/// What `attempt` throws; a failure with code 0 where it throws nothing.
template <class Attempt>
failure failure_of(const Attempt& attempt) {
    try {
        attempt();
    } catch (const error& thrown) {
        return thrown.details();
    }
    return {};
}

/// What opening this file fails with.
inline failure opening(const std::string& path, token_seal seal = sealed(), sqlite_options options = {}) {
    return failure_of([&] { const sqlite_store store(path, seal, options); });
}

inline std::string content(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

/// Statements of somebody else's.
inline void execute(const std::string& path, const std::string& statements) {
    sqlite::connection file{path, std::chrono::milliseconds{0}};
    file.execute(statements.c_str());
}

}  // namespace coauth::test
