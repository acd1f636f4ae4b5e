#pragma once

namespace coauth::test {

/// What a worker that refreshes tells of itself, a letter each, in the order in which it happens.
enum class mark : char {
    loading = 'l',
    leasing = 'e',
    asking = 's',      ///< The provider will be sent a request.
    answered = 'a',    ///< Its answer is here.
    committing = 'c',  ///< The store will be given the new token.
    committed = 'k',   ///< It has taken it.
    refreshed = 'r',   ///< The cache has handed it out.
};

}  // namespace coauth::test
