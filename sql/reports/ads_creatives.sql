-- The creatives on a site's own pages, wherever they stand.
SELECT toString(ad) AS ad, toString(placement) AS placement, toString(campaign) AS campaign
FROM elements FINAL
WHERE site = {site:String} AND ad != ''
GROUP BY ad, placement, campaign
ORDER BY ad, placement, campaign
