#include "cache/entry.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace coauth::cache {

entry* entry::make(realm_ptr home, std::string_view account) {
    void* memory = ::operator new(sizeof(entry) + account.size());
    auto* made = ::new (memory) entry;
    made->home = std::move(home);
    made->account_size = static_cast<std::uint32_t>(account.size());
    std::memcpy(static_cast<void*>(made + 1), account.data(), account.size());
    return made;
}

void entry::destroy(entry* what) noexcept {
    what->~entry();
    ::operator delete(what);
}

unrest& entry::in_trouble() {
    if (!trouble) {
        trouble = std::make_unique<unrest>(*this);
    }
    return *trouble;
}

}  // namespace coauth::cache
