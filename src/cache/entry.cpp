#include "cache/entry.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace coauth::cache {

entry* entry::make(realm_ptr home, std::string_view account, std::pmr::memory_resource& memory) {
    auto* made = ::new (memory.allocate(sizeof(entry) + account.size(), alignof(entry))) entry{std::move(home)};
    made->account_size = static_cast<std::uint32_t>(account.size());
    std::memcpy(static_cast<void*>(made + 1), account.data(), account.size());
    return made;
}

void entry::destroy(entry* what, std::pmr::memory_resource& memory) noexcept {
    const std::size_t size = sizeof(entry) + what->account_size;
    what->~entry();
    memory.deallocate(what, size, alignof(entry));
}

unrest& entry::in_trouble() {
    if (trouble() == nullptr) {
        amid_ = new unrest{*this, realm_ptr{&home()}};
    }
    return *trouble();
}

}  // namespace coauth::cache
