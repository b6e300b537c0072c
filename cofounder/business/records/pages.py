"""By what the page that an address means is found, in an index and by whoever asks for it."""


def page_of(address: str) -> str:
    """SQL of what every spelling of an address shares, to be found by: the digest of its path's last part."""
    path = f"rtrim(split_part(split_part({address}, '?', 1), '#', 1), '/')"
    whole = f"regexp_replace({path}, '/(index|default)[.](html?|php|aspx?)$', '', 'i')"
    return f"md5(lower(split_part({whole}, '/', -1)))"
