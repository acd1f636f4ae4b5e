#include "core/spare_texts.hpp"

#include <coauth/core/http_message.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace coauth;

namespace {

std::string clean(std::size_t capacity) {
    std::string text;
    text.reserve(capacity);
    return text;
}

/// In a thread that has none.
template <class Test>
void afresh(Test test) {
    std::thread{test}.join();
}

}  // namespace

TEST_CASE("a text that was kept is the next one that is asked for") {
    afresh([] {
        std::string text = clean(1000);
        const char* const where = text.data();
        keep_spare(text);
        CHECK(text.empty());
        const std::string again = spare_text(600);
        CHECK(again.empty());
        CHECK(again.data() == where);
        CHECK(again.capacity() >= 1000);
        CHECK(spare_text(600).data() != where);
    });
}

TEST_CASE("a kept text that is too small grows") {
    afresh([] {
        std::string text = clean(300);
        keep_spare(text);
        CHECK(spare_text(2000).capacity() >= 2000);
    });
}

TEST_CASE("a thread keeps no more than 64 texts, and none that is small or large") {
    afresh([] {
        std::vector<std::string> texts;
        std::vector<const char*> where;
        for (int each = 0; each != 65; ++each) {
            texts.push_back(clean(1000));
            where.push_back(texts.back().data());
        }
        for (std::string& each : texts) {
            keep_spare(each);
        }
        CHECK(texts.back().data() == where.back());  // it stays with its owner
        for (std::size_t each = 64; each != 0; --each) {
            texts[each - 1] = spare_text(1000);
            CHECK(texts[each - 1].data() == where[each - 1]);
        }

        for (const std::size_t capacity : {100U, 5000U}) {
            std::string text = clean(capacity);
            const char* const its = text.data();
            keep_spare(text);
            CHECK(text.data() == its);
        }
    });
}

TEST_CASE("a message may outlive what its thread keeps") {
    afresh([] {
        thread_local std::optional<http_request> last;  // dies after what is kept from here on
        last.emplace("POST", "https://provider.example/", 1000);
        http_request{"POST", "https://provider.example/", 1000}.append_body("s3cret");
        CHECK(last->url() == "https://provider.example/");
    });
}
