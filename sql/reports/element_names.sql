-- What some elements are called: by the name of a field, else by the selector.
SELECT
    element,
    if(name != '', name, selector) AS name_or_selector
FROM elements FINAL
WHERE site = {site:String} AND has({elements:Array(UInt64)}, element)
ORDER BY element
